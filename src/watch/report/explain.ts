/** The explanation of one target, whole: its item, its state, its history, and why a reminder is or isn't due. */

import { assess } from '../../core/assess';
import { NO_COUNTS } from '../../core/counts';
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import { itemOf } from '../../core/listing';
import type { Key } from '../../core/target';
import { audienceOf, type MailPolicy, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';
import { type Kinds, type ParsedTarget, parseTarget } from '../targets/parse-target';
import { nextOf, thresholdsOf } from './explain-next';
import { type Case, formerOf, recipientsOf } from './explain-recipients';
import { silence } from './explain-words';
import type { Explanation, Silence } from './explanation';
import type { Report } from './status';

export interface ExplainSource {
  readonly tables: {
    readonly registry: Pick<Tables['registry'], 'row'>;
    readonly expiries: Pick<Tables['expiries'], 'row'>;
    readonly history: Pick<Tables['history'], 'of'>;
  };
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

export interface Explained {
  readonly key: Key;
  readonly explanation: Explanation;
  /** The report of this target alone, so that its item is worded as `status` does; none while it is on no report. */
  readonly report: Report;
  /** Newest first. */
  readonly history: readonly TargetEvent[];
}

const MOST_EVENTS = 100;

/** @returns undefined for a target that is neither registered nor remembered. */
export async function explain(key: Key, source: ExplainSource): Promise<Explained | undefined> {
  const { registry, expiries, history } = source.tables;
  const asOf = source.clock.now();
  const [row, state, events] = await Promise.all([
    registry.row(key),
    expiries.row(key),
    history.of(key, MOST_EVENTS),
  ]);
  if (row) {
    const parsed = parseTarget(row, source.kinds);
    return { key, ...explainRow(parsed, state, source.mail, asOf), history: events };
  }
  if (!state) return undefined;
  return { key, explanation: explainGone(state, asOf), report: reportOf([], asOf), history: events };
}

/** As the next sweep will find it that reads nothing. */
function explainRow(
  { watched: row, located }: ParsedTarget,
  state: Expiry | undefined,
  mail: MailPolicy,
  asOf: Instant,
): Pick<Explained, 'explanation' | 'report'> {
  const { after, listing } = assess(row, state, undefined, mail, asOf);
  const subject: Case = { row, state: after, mail, now: asOf, muteness: mutenessOf(row, mail) };
  const recipients = recipientsOf(subject);
  const next = nextOf(subject, recipients, located !== undefined);
  const { scope, name } = row;
  return {
    explanation: { asOf, row, state, thresholds: thresholdsOf(subject), recipients, next },
    report: reportOf(listing ? [itemOf({ scope, name, listing }, asOf)] : [], asOf),
  };
}

function explainGone(state: Expiry, asOf: Instant): Explanation {
  const grounds = {
    topic: 'threshold',
    state,
    crossings: [],
    told: [],
    snooze: undefined,
    now: asOf,
  } as const;
  const removed = silence('removed', grounds);
  return {
    asOf,
    row: undefined,
    state,
    thresholds: [],
    recipients: formerOf(state, [], asOf),
    next: { check: undefined, crossing: undefined, mail: undefined, silence: removed },
  };
}

function mutenessOf(row: Watched, mail: MailPolicy): Silence | undefined {
  if (!row.columns.enabled) return 'disabled';
  if (row.columns.replacedBy !== undefined) return 'replaced';
  if (mail.to === 'none') return 'mailOff';
  const { owners, copies } = audienceOf(row, mail);
  return owners.length + copies.length === 0 ? 'nobody' : undefined;
}

function reportOf(items: Report['items'], asOf: Instant): Report {
  return { asOf, counts: NO_COUNTS, countsAsOf: undefined, items, nextCursor: undefined };
}
