/** The demo fleet of `npm start`: a target in every standing and check, so that each can be seen at once. */
import { TableClient } from '@azure/data-tables';
import { DAY, HOUR } from '../src/formats/instant';
import type { SimulatedAzure } from './simulated';

export const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const BUSY = '0c0ffee0-1111-4222-8333-444455556666';
export const CONTOSO = 'contoso.azureiotcentral.com';

const OWNERS = 'ada@example.com, grace@example.com';

/** Creates the demo's tokens. All dates count from the first start, so that a restart renews no token. */
export function prepareDemo({ arm, iotCentral }: SimulatedAzure, firstStart: number): void {
  const token = (id: string) => iotCentral.token(CONTOSO, id);
  token('telemetry-prod').expires(firstStart + 240 * DAY);
  token('gateway-prod').expires(firstStart + 6 * DAY + 5 * HOUR);
  token('line-3-sensors').expires(firstStart + 13 * DAY);
  token('legacy-bridge').expires(firstStart - 2 * DAY);
  token('break-glass').neverExpires();
  token('ci-smoke')
    .expires(firstStart + 90 * DAY)
    .misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
  token('mistyped').expires(firstStart + 45 * DAY);
  token('telemetry-old').expires(firstStart + 10 * DAY);
  token('gateway-old').expires(firstStart + 4 * DAY);
  token('label-printer').expires(firstStart + 2 * DAY);
  arm.app(SUBSCRIPTION, 'rg-shop', 'shop-api').mintsFor(HOUR);
  arm.app(SUBSCRIPTION, 'rg-shop', 'shop-worker').expires(firstStart + 20 * HOUR);
  arm.app(BUSY, 'rg-busy', 'night-batch').expires(firstStart + 30 * DAY);
  arm.subscription(BUSY).misbehaves({
    fault: 'status',
    status: 429,
    code: 'TooManyRequests',
    retryAfter: '600',
  });
}

/** Columns by scope and name. */
export type DemoRows = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

/** The registry as a person sees it: through the storage client alone, past the app. */
export function demoRegistry(connectionString: string) {
  const options = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
  const table = TableClient.fromConnectionString(connectionString, 'registry', options);
  return {
    /** Whether nobody has written a row. */
    async isEmpty() {
      await table.createTable();
      const first = await table.listEntities().byPage({ maxPageSize: 1 }).next();
      return (first.value ?? []).length === 0;
    },
    /** Columns that are not named stay as they are. */
    async write(scopes: DemoRows) {
      for (const [partitionKey, rows] of Object.entries(scopes))
        for (const [rowKey, columns] of Object.entries(rows))
          await table.upsertEntity({ partitionKey, rowKey, ...columns }, 'Merge');
    },
  };
}

export const DEMO_ROWS: DemoRows = {
  [`iotCentralToken:${CONTOSO}`]: {
    'telemetry-prod': { owners: OWNERS, displayName: 'Telemetry ingest (prod)' },
    'gateway-prod': {
      owners: OWNERS,
      displayName: 'Gateway (prod)',
      runbook: 'https://wiki.example.com/gateway-token',
    },
    'line-3-sensors': {
      owners: 'plant3@example.com',
      displayName: 'Line 3 sensors',
      notes: 'Ask the shift lead before rotating.',
    },
    'legacy-bridge': { owners: 'grace@example.com', displayName: 'Legacy bridge' },
    'break-glass': { owners: 'security@example.com', displayName: 'Break-glass access' },
    'ci-smoke': { owners: 'ada@example.com', displayName: 'CI smoke tests' },
    forgotten: { owners: 'ada@example.com', displayName: 'Forgotten experiment' },
    mistyped: { owners: 'ada@example.com', thresholds: '30d a-week', displayName: 'Row with a typing error' },
    'telemetry-old': { owners: OWNERS, displayName: 'Telemetry (old)', replacedBy: 'telemetry-prod' },
    'gateway-old': { owners: OWNERS, displayName: 'Gateway (old)', replacedBy: 'gateway-prd' },
    'label-printer': { owners: OWNERS, displayName: 'Label printer', replacedBy: '(not named)' },
  },
  'iotCentralToken:contoso.example.com': { elsewhere: { owners: 'ada@example.com' } },
  [`containerApp:${SUBSCRIPTION}`]: {
    'rg-shop:shop-api': { owners: 'shop@example.com', displayName: 'Shop API (renews itself)' },
    'rg-shop:shop-worker': { owners: 'shop@example.com', displayName: 'Shop worker' },
  },
  [`containerApp:${BUSY}`]: {
    'rg-busy:night-batch': { owners: 'night@example.com', displayName: 'Night batch' },
    'rg-busy:night-report': { owners: 'night@example.com', displayName: 'Night report' },
  },
};
