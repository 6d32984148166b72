/** The schemas of the answers to `GET targets/{scope}/{name}` and to its check. */
import * as v from 'valibot';
import { NOT_DUE_REASONS, type NotDueReason } from '../../core/decisions';
import type { Evidence } from '../../core/expiry';
import { EVENTS_WITH_NOTE, type TargetEvent } from '../../core/history';
import { TARGET_NOTICES } from '../../core/notices';
import { FAILURE_CODES } from '../../core/reading';
import type { NextCheck } from '../../core/schedule';
import type { SkippedThreshold } from '../../core/thresholds';
import type { Told } from '../../core/told';
import type { ExplainedThreshold, NoMailReason, Role } from '../../watch/report/explain';
import { ParsedColumnsBody } from '../registry/columns';
import { described, InstantOrNull, InstantText, Integer, listOf, wordsOf } from '../shape';
import { Item } from '../status/body';

const Topic = v.picklist(TARGET_NOTICES);
const Why = described(v.string(), 'One sentence for a person.');
const Reason = described(v.string(), 'A threshold such as `30d`, or a notice such as `missing`.');
const Address = described(v.string(), 'A mail address.');

/** Why no reminder is due. */
const NO_MAIL_REASONS = [
  ...NOT_DUE_REASONS,
  ...wordsOf<Exclude<NoMailReason, NotDueReason>>({
    ownersAlone: true,
    operatorsTold: true,
    disabled: true,
    removed: true,
    mailOff: true,
    nobody: true,
  }),
];
const EVIDENCE = wordsOf<Evidence>({ first: true, fixed: true, moved: true, minted: true });
const ORIGINS = wordsOf<ExplainedThreshold['from']>({
  row: true,
  setting: true,
  'built-in': true,
  always: true,
});
const SKIPPED = wordsOf<SkippedThreshold['because']>({ notBelowLifetime: true, lifetimeUnknown: true });
const ROLES = wordsOf<Role>({ owner: true, standIn: true, copy: true, former: true });
const OUTCOMES = wordsOf<Told['outcome']>({
  accepted: true,
  refused: true,
  undelivered: true,
  forgotten: true,
});
const CHECK_REASONS = wordsOf<NextCheck['because']>({
  neverRead: true,
  interval: true,
  threshold: true,
  undecided: true,
  failing: true,
  reminderWaits: true,
});
const MOVES = wordsOf<Extract<TargetEvent, { from: unknown }>['type']>({ renewed: true, shortened: true });

const NoMail = v.object({ code: v.picklist(NO_MAIL_REASONS), why: Why });

const { owners, thresholds, checkEvery, ...others } = ParsedColumnsBody;

const UnderstoodRow = v.object({
  owners,
  thresholds,
  checkEvery,
  checkEveryInForce: v.string(),
  ...others,
  mayMint: described(v.boolean(), 'A read of this kind may make a new token each time.'),
  faults: described(listOf(v.string()), 'Why the row can’t be understood; empty when it can.'),
});

const Snooze = {
  about: described(InstantOrNull, 'The expiry that it is for.'),
  until: InstantText,
  reason: v.string(),
  on: described(InstantText, 'When it was set.'),
};

const State = v.object({
  firstSeenOn: InstantText,
  expiresOn: described(v.nullable(v.union([InstantText, v.literal('never')])), 'The last known expiry.'),
  evidence: described(
    v.nullable(v.picklist(EVIDENCE)),
    'What its readings say of it: read once, repeated, moved once, or moved with each read.',
  ),
  lifetimeSeconds: v.nullable(Integer),
  readOn: described(InstantOrNull, 'The last reading that succeeded.'),
  checkedOn: described(InstantOrNull, 'The last attempt.'),
  failure: v.nullable(
    v.object({
      code: v.picklist(FAILURE_CODES),
      message: v.string(),
      since: InstantText,
      count: described(Integer, 'Failures in a row.'),
      alike: described(Integer, 'How many of them, up to the last, had this code.'),
    }),
  ),
  recovered: v.nullable(v.object({ since: InstantText, on: InstantText })),
  renewed: v.nullable(v.object({ from: InstantText, on: InstantText })),
  invalid: v.nullable(v.object({ faults: listOf(v.string()), since: InstantText })),
  goneSince: described(InstantOrNull, 'Since when its registry row is known to be gone.'),
  rowLostSince: described(InstantOrNull, 'Since when its registry row is lost.'),
  snoozes: listOf(v.object({ owner: Address, ...Snooze })),
});

export const Threshold = v.object({
  threshold: described(v.string(), 'Such as `30d`, `20%`, `0` or `-7d`.'),
  from: described(
    v.picklist(ORIGINS),
    'Where it was written; `always` for the expiry where no list names it.',
  ),
  at: described(InstantOrNull, 'When it is crossed; null where it is skipped.'),
  crossed: v.boolean(),
  skipped: v.nullable(v.object({ code: v.picklist([...NO_MAIL_REASONS, ...SKIPPED]), why: Why })),
});

export const Decision = v.variant('due', [
  v.object({
    topic: Topic,
    due: v.literal(true),
    code: v.literal('due'),
    why: Why,
    reason: Reason,
    about: described(InstantText, 'The expiry, or the start of what it reports.'),
    crossedOn: InstantText,
    since: described(InstantText, 'Since when it has been due.'),
  }),
  v.object({ topic: Topic, due: v.literal(false), ...NoMail.entries }),
]);

export const Recipient = v.object({
  address: Address,
  role: described(
    v.picklist(ROLES),
    'An owner; an operator in the owners’ place, or beside them; one who was told before and is not told any more.',
  ),
  snooze: v.nullable(v.object({ ...Snooze, holds: v.boolean() })),
  told: described(
    listOf(
      v.object({
        reason: Reason,
        about: InstantText,
        crossedOn: InstantText,
        on: described(InstantText, 'When it was told.'),
        operationId: v.string(),
        outcome: described(
          v.picklist(OUTCOMES),
          'What became of its mail; one that the mail service forgot is sent again.',
        ),
        why: described(v.optional(v.string()), 'Why it did not arrive.'),
        meantFor: described(v.optional(Address), 'The owner in whose place an operator was told.'),
      }),
    ),
    'Latest first.',
  ),
  decisions: described(listOf(Decision), 'Every topic, and why a reminder about it is or isn’t due.'),
});

const Next = v.object({
  check: v.nullable(v.object({ on: InstantText, code: v.picklist(CHECK_REASONS), why: Why })),
  crossing: v.nullable(v.object({ threshold: v.string(), at: InstantText })),
  mail: described(
    v.nullable(v.object({ at: InstantText, lines: listOf(v.object({ owner: Address, reason: Reason })) })),
    'What goes out next if nothing changes.',
  ),
  silence: described(v.nullable(NoMail), 'Why no mail follows; null while one does.'),
});

export const Event = v.variant('type', [
  v.object({ type: v.picklist(EVENTS_WITH_NOTE), on: InstantText, note: v.string() }),
  v.object({ type: v.picklist(MOVES), on: InstantText, from: InstantText, to: InstantText }),
]);

export const TargetBody = v.object({
  asOf: InstantText,
  scope: v.string(),
  name: v.string(),
  item: described(v.nullable(Item), 'As `status` lists it; null while it is on no report.'),
  row: described(
    v.nullable(UnderstoodRow),
    'What is understood of its registry row; null where that is gone.',
  ),
  state: described(v.nullable(State), 'What is recorded; null before the first sweep.'),
  thresholds: listOf(Threshold),
  recipients: listOf(Recipient),
  next: Next,
  history: described(listOf(Event), 'Newest first, the latest 100.'),
});
export type TargetBody = v.InferOutput<typeof TargetBody>;

export const CheckBody = v.object({
  asOf: InstantText,
  recorded: described(v.boolean(), 'False while a sweep has the scope, which then sees for itself.'),
  item: Item,
});
