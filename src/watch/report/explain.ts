/** The explanation of one target: its item, its state, its history, what was told, and why a reminder is or isn't due. */

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
import {
  contextWithoutRecipient,
  type ExplainedNext,
  type ExplainedThreshold,
  nextOf,
  thresholdsOf,
} from './explain-next';
import { type ExplainedRecipient, type ExplainInput, formerOf, recipientsOf } from './explain-recipients';
import { type NoMailReason, noMail } from './explain-sentences';
import type { Report } from './status';

export type { ExplainedNext, ExplainedThreshold } from './explain-next';
export type { ExplainedDecision, ExplainedRecipient, Role } from './explain-recipients';
export type { Because, NoMailReason } from './explain-sentences';

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
  /** The report of this target alone, so that its item is the same as on `status`; empty while it is on no report. */
  readonly report: Report;
  /** Newest first. */
  readonly history: readonly TargetEvent[];
}

export interface Explanation {
  readonly asOf: Instant;
  /** Undefined where the registry row is gone. */
  readonly row: Watched | undefined;
  /** As recorded; undefined before the first sweep. */
  readonly state: Expiry | undefined;
  readonly thresholds: readonly ExplainedThreshold[];
  readonly recipients: readonly ExplainedRecipient[];
  readonly next: ExplainedNext;
}

const MOST_EVENTS = 100;

/** @returns undefined for a target that has neither a registry row nor a recorded state. */
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

/** In the state that the next sweep finds if it reads nothing. */
function explainRow(
  { watched: row, located }: ParsedTarget,
  state: Expiry | undefined,
  mail: MailPolicy,
  asOf: Instant,
): Pick<Explained, 'explanation' | 'report'> {
  const { after, listing } = assess(row, state, undefined, mail, asOf);
  const input: ExplainInput = { row, state: after, mail, now: asOf, whyNobody: whyNobody(row, mail) };
  const recipients = recipientsOf(input);
  const next = nextOf(input, recipients, located !== undefined);
  const { scope, name } = row;
  return {
    explanation: { asOf, row, state, thresholds: thresholdsOf(input), recipients, next },
    report: reportOf(listing ? [itemOf({ scope, name, listing }, asOf)] : [], asOf),
  };
}

function explainGone(state: Expiry, asOf: Instant): Explanation {
  const silence = noMail('removed', contextWithoutRecipient(state, asOf));
  return {
    asOf,
    row: undefined,
    state,
    thresholds: [],
    recipients: formerOf(state, [], asOf),
    next: { check: undefined, crossing: undefined, mail: undefined, silence },
  };
}

function whyNobody(row: Watched, mail: MailPolicy): NoMailReason | undefined {
  if (!row.columns.enabled) return 'disabled';
  if (row.columns.replacedBy !== undefined) return 'replaced';
  if (mail.to === 'none') return 'mailOff';
  const { owners, copies } = audienceOf(row, mail);
  return owners.length + copies.length === 0 ? 'nobody' : undefined;
}

function reportOf(items: Report['items'], asOf: Instant): Report {
  return { asOf, counts: NO_COUNTS, countsAsOf: undefined, items, nextCursor: undefined };
}
