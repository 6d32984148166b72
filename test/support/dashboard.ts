/** A fleet for tests of the dashboard: every standing and check, names of every sort, and an app that shows it. */
import type { App } from '../../src/app';
import { itemOf, type StatusItem } from '../../src/core/listing';
import type { FailureCode } from '../../src/core/reading';
import { DAY, HOUR } from '../../src/formats/instant';
import { createSources, kinds } from '../../src/sources';
import { keys } from '../../src/storage/keys';
import { kindWords } from '../../src/watch/report/kind-words';
import type { Overview, Urgent } from '../../src/watch/report/overview';
import { instant } from './clock';

export const NOW = instant('2026-06-01T07:30:00Z');
export const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>' & \u202Eevil`;
const IOT = 'iotCentralToken:contoso.azureiotcentral.com';
const APPS = 'containerApp:651f8027-33e8-4ec4-97b4-f6e9f3dc8744';

type Listing = Parameters<typeof itemOf>[0]['listing'];
type More = Partial<Listing> & { scope?: string; unread?: boolean };

export function itemAt(name: string, expiresOn: number | 'never' | undefined, more: More = {}): StatusItem {
  const { scope = IOT, unread = false, ...listing } = more;
  return itemOf(
    {
      scope,
      name,
      listing: {
        kind: scope.split(':')[0] ?? '',
        displayName: name,
        owners: ['ada.lovelace@example.com'],
        minted: false,
        failing: false,
        check: 'ok',
        ...(!unread && { checkedOn: NOW - 2 * HOUR }),
        nextCheckOn: NOW + 4 * HOUR,
        ...(expiresOn !== undefined && { expiresOn }),
        ...(typeof expiresOn === 'number' && { expiringFrom: expiresOn - 30 * DAY }),
        ...listing,
      },
    },
    NOW,
  );
}

const failing = (code: FailureCode, message: string, count = 7): More => ({
  failing: true,
  check: 'failing',
  failure: { code, message, since: NOW - 20 * HOUR, count },
});

export function smallFleet(): StatusItem[] {
  const at = (days: number) => NOW + Math.round(days * DAY);
  return [
    itemAt('legacy-bridge', at(-2.3), { displayName: 'Legacy bridge', owners: ['grace@example.com'] }),
    itemAt('rg-shop:shop-worker', at(0.8), {
      displayName: 'Shop worker',
      scope: APPS,
      owners: ['shop@example.com'],
    }),
    itemAt('gateway-prod', at(6.2), {
      displayName: 'Gateway (prod)',
      owners: ['ada.lovelace@example.com', 'grace.hopper@example.com'],
    }),
    itemAt('line-3-sensors', at(13), {
      displayName: 'Line 3 sensors',
      owners: ['plant3@example.com'],
      snoozedUntil: at(9),
    }),
    itemAt('hostile', at(20), { displayName: HOSTILE, owners: [] }),
    itemAt('rg-busy:night-batch', at(30), {
      displayName: 'Night batch',
      scope: APPS,
      ...failing('throttled', 'The service asked to wait (429).', 2),
    }),
    itemAt('mistyped', at(45), {
      displayName: 'Row with a typing error',
      check: 'invalid',
      failure: {
        code: 'invalid',
        message: "thresholds: 'a-week' is not a threshold; write for example 30d, 12h, 0, -7d or 20%",
        since: NOW - 3 * DAY,
        count: 1,
      },
    }),
    ...Array.from({ length: 24 }, (_, index) =>
      itemAt(`device-hub-${index + 1}`, at(47 + ((index * 7) % 40)), {
        displayName: `Device hub ${index + 1}`,
      }),
    ).sort((a, b) => Number(a.expiresOn) - Number(b.expiresOn)),
    itemAt('telemetry-prod', at(240), { displayName: 'Telemetry ingest (prod)' }),
    itemAt('break-glass', 'never', { displayName: 'Break-glass access', owners: ['security@example.com'] }),
    itemAt('rg-shop:shop-api', NOW + HOUR, {
      displayName: 'Shop API (renews itself)',
      scope: APPS,
      minted: true,
      lifetimeMs: HOUR,
    }),
    itemAt('ci-smoke', undefined, {
      displayName: `CI smoke tests of the ${'very'.repeat(30)}long line`,
      ...failing('notAllowed', 'The watcher may not read it (403 Forbidden).'),
    }),
    itemAt('brand-new', undefined, { displayName: 'Brand new', check: 'pending', unread: true }),
  ];
}

export const KIND_FORMS = kinds.map(({ kind, title, asks }) => ({ kind, title, asks }));
/** The words of the real kinds; nothing is read with them. */
export const WORDS = kindWords({
  ...keys,
  policies: new Map(),
  sources: createSources(({ defaultEndpoint, defaultLimits, defaultBaseDomains = [] }) => ({
    endpoint: defaultEndpoint,
    limits: defaultLimits,
    baseDomains: defaultBaseDomains,
    timeoutMs: 1,
    credential: { getToken: async () => null },
  })),
});

export function overviewOf(items: readonly StatusItem[], more: Partial<Overview['report']> = {}): Overview {
  const count = (is: (item: StatusItem) => boolean) => items.filter(is).length;
  const coming = items.filter(
    ({ expiresOn, minted }) =>
      !minted && typeof expiresOn === 'number' && expiresOn > NOW && expiresOn <= NOW + 90 * DAY,
  );
  const counts = {
    total: items.length,
    healthy: count(({ standing }) => standing === 'healthy'),
    expiring: count(({ standing }) => standing === 'expiring'),
    expired: count(({ standing }) => standing === 'expired'),
    unknown: count(({ standing }) => standing === 'unknown'),
    minted: count(({ minted }) => minted),
    failing: count(({ check }) => check === 'failing'),
    invalid: count(({ check }) => check === 'invalid'),
    pending: count(({ check }) => check === 'pending'),
  };
  const group = (is: (item: StatusItem) => boolean): Urgent['expired'] => {
    const found = items.filter(is);
    return { items: found.slice(0, 8), isCut: found.length > 8 };
  };
  const isDue = ({ standing }: StatusItem) => standing === 'expired' || standing === 'expiring';
  return {
    report: { asOf: NOW, counts, countsAsOf: NOW - 4 * 60_000, items, nextCursor: undefined, ...more },
    coming: { items: coming, isCut: false, days: 90 },
    urgent: {
      expired: group(({ standing }) => standing === 'expired'),
      expiring: group(({ standing }) => standing === 'expiring'),
      failing: group(item => !isDue(item) && (item.check === 'failing' || item.check === 'invalid')),
    },
    concerns: [],
  };
}

export const MAIL_IS_SENT: App['mailState'] = { isOff: false, faults: [], fallbackFaults: [] };

const unused = (): never => {
  throw new Error('This test has no use for it.');
};

/** An app that can show an overview and its health, and nothing else. */
export function showing(
  overview: Overview,
  reasons: Awaited<ReturnType<App['health']>>['reasons'] = [],
): App {
  const known: Partial<App> = {
    kinds: WORDS.kinds.map(({ kind }) => kind),
    words: WORDS,
    kindForms: KIND_FORMS,
    mailState: MAIL_IS_SENT,
    overview: async () => overview,
    health: async () => ({ reasons, oldestReminderMs: undefined }),
  };
  return new Proxy<App>(Object(known), { get: (_, verb) => Reflect.get(known, verb) ?? unused });
}
