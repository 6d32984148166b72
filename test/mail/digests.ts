/** Digests for tests: one line of each sort, and the builder they are made with. */
import type { Digest, DigestLine } from '../../src/core/digest';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/core/instant';
import { parseThreshold } from '../../src/core/thresholds';

export const NOW: Instant = Date.UTC(2027, 0, 5, 8, 35);
export const OWNER = 'team-a@example.com';

const RENEW_IOT =
  'Create a new API token with the same role in IoT Central (Permissions, API tokens), put it where this one is used, then delete this one.';
const RENEW_APP =
  'Restart whatever holds the token, or ask for a new one with az containerapp auth; the old one can’t be prolonged.';

export interface Dated {
  readonly name?: string;
  readonly expiresOn?: Instant;
  readonly threshold?: string;
  readonly readOn?: Instant;
  readonly unconfirmed?: { readonly since: Instant; readonly message: string };
  readonly extra?: Partial<DigestLine>;
}

export function dated(options: Dated = {}): DigestLine {
  const {
    name = 'gateway-prod',
    expiresOn = Date.UTC(2027, 0, 12, 8, 30),
    readOn = NOW - 4 * MINUTE,
  } = options;
  const threshold = parseThreshold(options.threshold ?? '7d') ?? { is: 'lead', ms: 0 };
  const crossedOn = expiresOn - (threshold.is === 'lead' ? threshold.ms : 73 * DAY);
  const { unconfirmed } = options;
  return {
    reminder: {
      scope: 'iotCentralToken:contoso.azureiotcentral.com',
      name,
      owner: OWNER,
      reason: options.threshold ?? '7d',
      about: expiresOn,
      crossedOn,
      since: crossedOn,
    },
    displayName: name,
    label: 'IoT Central API token',
    where: `application contoso.azureiotcentral.com, token ${name}`,
    portalUrl: 'https://contoso.azureiotcentral.com/admin/tokens',
    howToRenew: RENEW_IOT,
    subject: { is: 'threshold', threshold, expiresOn, readOn, ...(unconfirmed && { unconfirmed }) },
    ...options.extra,
  };
}

export function invalid(name = 'meter-lab', ...faults: string[]): DigestLine {
  const since = Date.UTC(2027, 0, 5, 6, 0);
  const line = dated({ name });
  return {
    ...line,
    reminder: { ...line.reminder, reason: 'invalid', about: since, crossedOn: since, since },
    subject: {
      is: 'invalid',
      faults: faults.length > 0 ? faults : ["owners: 'bob' is no mail address"],
      since,
    },
  };
}

export function digest(lines: readonly DigestLine[], more = 0): Digest {
  return { owner: OWNER, lines, more, asOf: NOW };
}

export function oneLine(): Digest {
  const runbook = 'https://wiki.example.com/runbooks/gateway-tokens';
  return digest([
    dated({ extra: { runbook, notes: 'Used by the plant gateways.\nRotate in the maintenance window.' } }),
  ]);
}

export function mixed(): Digest {
  const app: Partial<DigestLine> = {
    label: 'Container app auth token',
    where: 'subscription 3fa1…, resource group rg-plant, app scada-bridge',
    portalUrl: 'https://portal.azure.com/#resource/subscriptions/3fa1/resourceGroups/rg-plant/overview',
    howToRenew: RENEW_APP,
  };
  return digest(
    [
      dated({ name: 'legacy-export', expiresOn: NOW - 2 * DAY - 5 * HOUR, threshold: '0' }),
      dated({ name: 'scada-bridge', expiresOn: NOW + 5 * HOUR, threshold: '1d', extra: app }),
      dated({
        name: 'gateway-prod',
        readOn: NOW - 3 * DAY,
        unconfirmed: {
          since: NOW - 2 * DAY,
          message:
            'IoT Central refuses to show it: the watcher lacks the permission to read API tokens (403 Forbidden)',
        },
        extra: { runbook: 'https://wiki.example.com/runbooks/gateway-tokens' },
      }),
      dated({ name: 'meter-eu', expiresOn: NOW + 29 * DAY + HOUR, threshold: '20%' }),
      invalid(
        'meter-lab',
        "owners: 'bob' is no mail address",
        "thresholds: 'soon' is none; write leads such as 30d, 12h, 0 or -7d, or a share such as 20%",
      ),
    ],
    0,
  );
}

/** As many lines as one mail may have, and more to come. */
export function full(): Digest {
  const lines = Array.from({ length: 99 }, (_, index) =>
    dated({
      name: `gateway-${String(index + 1).padStart(3, '0')}`,
      expiresOn: NOW + (index - 3) * 8 * HOUR + HOUR,
    }),
  );
  return digest(lines, 25);
}
