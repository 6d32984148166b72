/** What happens in the demo's world on the days after its first start: tokens are renewed, replaced and deleted, so that each can be watched. */
import { DAY } from '../src/formats/instant';
import { CONTOSO, type DemoRows, SUBSCRIPTION } from './demo';
import type { SimulatedAzure } from './simulated';

interface Event {
  /** Days since the first start. */
  readonly day: number;
  readonly tokens?: (azure: SimulatedAzure, on: number) => void;
  /** What a person then writes into the registry. */
  readonly rows?: DemoRows;
}

const EVENTS: readonly Event[] = [
  // Two days after it expired, an app's token is made anew under the same name.
  {
    day: 3,
    tokens: ({ arm }, on) => arm.app(SUBSCRIPTION, 'rg-shop', 'shop-worker').expires(on + 30 * DAY),
  },
  // In time, after the first warnings, and under the same id.
  {
    day: 5,
    tokens: ({ iotCentral }, on) => iotCentral.token(CONTOSO, 'gateway-prod').expires(on + 365 * DAY),
  },
  // In time, and under a new id: a person registers it and says what it replaces.
  {
    day: 9,
    tokens: ({ iotCentral }, on) => iotCentral.token(CONTOSO, 'line-3-sensors-b').expires(on + 365 * DAY),
    rows: {
      [`iotCentralToken:${CONTOSO}`]: {
        'line-3-sensors-b': { owners: 'plant3@example.com', displayName: 'Line 3 sensors (new)' },
        'line-3-sensors': { replacedBy: 'line-3-sensors-b' },
      },
    },
  },
  // Nobody needs it any more, and nobody removes its row.
  { day: 12, tokens: ({ iotCentral }) => iotCentral.remove(CONTOSO, 'legacy-bridge') },
];

/** What happened up to a day, in order. Tokens follow from the day alone; rows are kept in the registry. */
export function passDemoDays(azure: SimulatedAzure, firstStart: number, upTo: number): void {
  for (const { day, tokens } of EVENTS) if (day <= upTo) tokens?.(azure, firstStart + day * DAY);
}

/** What people write into the registry on one day. */
export function rowsOfDay(day: number): DemoRows {
  return EVENTS.find(event => event.day === day)?.rows ?? {};
}
