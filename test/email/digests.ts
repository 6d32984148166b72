/** Digests for tests: one line of each sort, and the builder they are made with. */
import type { Digest, DigestLine } from '../../src/core/digest';
import type { Notice, NoticeOf, OperatorNotice } from '../../src/core/notices';
import { NO_RENEWAL, type Renewal } from '../../src/core/target';
import { parseThreshold } from '../../src/core/thresholds';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/formats/instant';
import { OPERATOR_NOTICES } from '../support/operator-notices';

export const NOW: Instant = Date.UTC(2027, 0, 5, 8, 35);
export const OWNER = 'team-a@example.com';

const RENEW_IOT: Renewal = {
  steps: [
    {
      say: 'Create a token with a new id.',
      command: 'az iot central api-token create --app-id contoso --token-id NEW_ID --role ROLE',
    },
    { say: 'Use the new token wherever the old one is used.' },
  ],
  cleanup: [
    {
      say: 'Delete the old token once nothing uses it.',
      command: 'az iot central api-token delete --app-id contoso --token-id gateway-prod',
    },
  ],
};
const SUBSCRIPTION = '3fa1c2d4-0000-4000-8000-000000000001';
const RENEW_APP: Renewal = {
  steps: [
    {
      say: 'Ask for a new token.',
      command: `az rest --method post --url "https://management.azure.com/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-plant/providers/Microsoft.App/containerApps/scada-bridge/getAuthtoken?api-version=2023-08-01-preview"`,
    },
  ],
  cleanup: [],
};

export interface Dated {
  readonly name?: string;
  readonly expiresOn?: Instant;
  readonly threshold?: string;
  readonly readOn?: Instant;
  readonly unconfirmed?: NoticeOf<'threshold'>['unconfirmed'];
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
    parts: [
      { term: 'Token id', text: name },
      { term: 'Application', text: 'contoso.azureiotcentral.com' },
    ],
    renewal: RENEW_IOT,
    renewalKeepsName: false,
    recipients: [{ address: OWNER, isOwner: true }],
    notice: { is: 'threshold', threshold, expiresOn, readOn, unconfirmed },
    ...options.extra,
  };
}

export function invalid(name = 'meter-lab', ...faults: string[]): DigestLine {
  const since = Date.UTC(2027, 0, 5, 6, 0);
  const line = dated({ name });
  return {
    ...line,
    reminder: { ...line.reminder, reason: 'invalid', about: since, crossedOn: since, since },
    notice: {
      is: 'invalid',
      faults: faults.length > 0 ? faults : ["owners: 'bob' is not a mail address"],
      since,
    },
  };
}

/** A line about anything, its reminder to match. */
export function about(name: string, notice: Notice, extra: Partial<DigestLine> = {}): DigestLine {
  const { reminder, ...line } = dated({ name });
  const since = 'since' in notice ? notice.since : 'on' in notice ? notice.on : notice.expiresOn;
  return {
    ...line,
    reminder: { ...reminder, reason: notice.is, about: since, crossedOn: since, since },
    notice,
    ...extra,
  };
}

const REFUSED =
  'The watcher may not see API tokens of this application: give its identity a role there that can view them, such as Administrator, with PUT /api/users/{userId} (HTTP 403 Forbidden).';
const UNKNOWN =
  'IoT Central knows no such API token: it was deleted or replaced, or the token id in its row is wrong (HTTP 404 NotFound).';

/** One line of every sort that an owner can get but for bad rows, each with its snooze link where one belongs. */
export const LINES = {
  gone: () =>
    about('old-export', {
      is: 'gone',
      expiresOn: NOW - 3 * DAY,
      since: NOW - 2 * HOUR,
      readOn: NOW - 4 * DAY,
    }),
  missing: () =>
    about('line-3', {
      is: 'missing',
      since: NOW - 5 * HOUR,
      message: UNKNOWN,
      known: { expiresOn: NOW + 90 * DAY, readOn: NOW - 6 * HOUR, minted: false },
    }),
  unreadable: () =>
    about('press-shop', {
      is: 'unreadable',
      since: NOW - 2 * DAY,
      message: REFUSED,
      known: { expiresOn: NOW + 12 * DAY, readOn: NOW - 2 * DAY - HOUR, minted: false },
    }),
  neverRead: () =>
    about('paint-shop', {
      is: 'unreadable',
      since: NOW - 3 * HOUR,
      message: 'IoT Central is in trouble (HTTP 503).',
      known: { minted: false },
    }),
  minted: () =>
    about('scada-bridge', {
      is: 'unreadable',
      since: NOW - 3 * HOUR,
      message: 'Azure did not answer within 30 s.',
      known: { expiresOn: NOW - HOUR, readOn: NOW - 4 * HOUR, minted: true },
    }),
  renewed: () =>
    about('gateway-us', {
      is: 'renewed',
      from: NOW + 6 * DAY,
      expiresOn: Date.UTC(2028, 0, 12, 8, 30),
      readOn: NOW - 4 * MINUTE,
    }),
  readable: () =>
    about('meter-us', {
      is: 'readable',
      since: NOW - 2 * DAY,
      readOn: NOW - 4 * MINUTE,
      known: { expiresOn: NOW + 40 * DAY, readOn: NOW - 4 * MINUTE, minted: false },
    }),
  replaced: () =>
    about('gateway-2025', {
      is: 'replaced',
      by: 'grace@example.com',
      on: NOW - HOUR,
      successor: 'gateway-2026',
    }),
  replacedUnnamed: () =>
    about('label-printer', {
      is: 'replaced',
      by: 'grace@example.com',
      on: NOW - HOUR,
      successor: undefined,
      note: 'the new one expires on 2028-01-31; the vendor watches it',
    }),
  watchedAgain: () =>
    about('press-gate', {
      is: 'watchedAgain',
      by: 'grace@example.com',
      on: NOW - HOUR,
      successor: 'press-gate-2',
    }),
  notVerified: () => about('paint-gate', { is: 'notVerified', since: NOW - DAY }),
} satisfies Readonly<Record<string, () => DigestLine>>;

const NOTES: Readonly<Record<OperatorNotice, readonly [scope: string, name: string, note: string]>> = {
  rowsLost: [
    'registry',
    '',
    'The registry rows of 25 targets in 3 scopes vanished at once, and the API did not delete them, as the sweep of 2027-01-05T08:30:00.000Z found. The targets are still watched: by their last known owners, with the thresholds of their kind.',
  ],
  scopeFailing: [
    'iotCentralToken:contoso.azureiotcentral.com',
    '',
    'None of the 41 targets of iotCentralToken:contoso.azureiotcentral.com can be read.\n41 targets (line-1, line-2, line-3, …): IoT Central has a problem of its own (HTTP 503).',
  ],
  readsRefused: [
    'containerApp:651f8027-33e8-4ec4-97b4-f6e9f3dc8744',
    '',
    "2 of the 9 targets of containerApp:651f8027-33e8-4ec4-97b4-f6e9f3dc8744 can't be read, and no owner of a token can mend that.\n2 targets (rg-shop:api, rg-shop:web): The subscription is disabled (HTTP 409 ReadOnlyDisabledSubscription).",
  ],
  fallbackInUse: [
    'mail',
    'graph',
    'Mail goes by the fallback, graph. The first transport, smtp, did not take a mail that was first tried 5 Jan 2027, 06:30 UTC: the mail server answered 535 5.7.8 to the sign-in: correct SMTP_USER and SMTP_PASSWORD.',
  ],
  mailStopped: [
    'mail',
    'smtp',
    'From 5 Jan 2027, 06:30 UTC to 5 Jan 2027, 08:30 UTC no mail was taken by smtp: the mail server answered 535 5.7.8 to the sign-in: correct SMTP_USER and SMTP_PASSWORD. No reminder was given up for it; what waited is sent now.',
  ],
  undelivered: [
    'mail',
    'team-b@example.com',
    'The mail to team-b@example.com with 3 reminders did not arrive: the mail service could not deliver it (EmailDropped)',
  ],
  poisoned: [
    'sweeps',
    '{"scope":"iotCentralToken:contoso.azureiotcentral.com"}',
    'A sweep message could not be handled five times and was set aside; the next tick sweeps anew. It was: {"scope":"iotCentralToken:contoso.azureiotcentral.com"}',
  ],
  ownerless: [
    'containerApp:3fa1c2d4-0000-4000-8000-000000000001',
    '',
    '3 of the 7 targets of containerApp:3fa1c2d4-0000-4000-8000-000000000001 have no owner, so their reminders come to you: write owners into their registry rows.',
  ],
};

export function operatorNotice(is: OperatorNotice): DigestLine {
  const [scope, name, note] = NOTES[is];
  const since = NOW - 2 * HOUR;
  return {
    reminder: { owner: OWNER, scope, name, reason: is, about: since, crossedOn: since, since, note },
    displayName: is === 'undelivered' ? `Mail to ${name}` : scope,
    label: 'The watcher itself',
    where: scope,
    parts: [],
    renewal: NO_RENEWAL,
    recipients: [],
    notice: { is, since, note },
  };
}

/** An operator's mail. */
export function operatorNotices(): Digest {
  return digest(OPERATOR_NOTICES.map(operatorNotice));
}

/** A mail with a line of every sort, most urgent first, every link that a line can have with it. */
export function every(): Digest {
  const { lines } = mixed();
  const [bad, dates] = [lines.filter(line => line.notice.is === 'invalid'), lines.slice(0, 4)];
  const { gone, missing, unreadable, neverRead, minted, renewed, readable } = LINES;
  const { replaced, replacedUnnamed, watchedAgain, notVerified } = LINES;
  const owners = [gone(), ...dates, missing(), unreadable(), neverRead(), minted()].map((line, index) => ({
    ...line,
    ...links(index),
  }));
  const [rowsLost, scopeFailing, readsRefused, fallbackInUse, mailStopped, undelivered, poisoned, ownerless] =
    OPERATOR_NOTICES.map(operatorNotice);
  const rows = [...bad, replaced(), replacedUnnamed(), notVerified()];
  const operators = [
    rowsLost,
    scopeFailing,
    readsRefused,
    fallbackInUse,
    mailStopped,
    undelivered,
    poisoned,
    ...rows,
    ownerless,
  ].filter(line => line !== undefined);
  return digest([...owners, ...operators, renewed(), readable(), watchedAgain()]);
}

/** As long as a signed link is. */
export function snoozeUrl(index: number): string {
  return `https://watcher.example.com/api/snooze?link=${`${index}`.padStart(3, '0')}${'aZ09-_'.repeat(40)}`;
}

/** The links of a line. */
export function links(index: number): Pick<DigestLine, 'snoozeUrl' | 'viewUrl'> {
  return { snoozeUrl: snoozeUrl(index), viewUrl: snoozeUrl(index).replace('snooze', 'mine') };
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
    parts: [
      { term: 'Container app', text: 'scada-bridge' },
      { term: 'Resource group', text: 'rg-plant' },
      { term: 'Subscription', text: SUBSCRIPTION },
    ],
    renewal: RENEW_APP,
    renewalKeepsName: true,
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
        "owners: 'bob' is not a mail address",
        "thresholds: 'soon' is not a threshold; write for example 30d, 12h, 0, -7d or 20%",
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
