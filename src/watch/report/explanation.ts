/** The explanation of one target: what holds for it, what was told, every decision about it now, and what comes next. */
import type { Expiry } from '../../core/expiry';
import type { Reminder, Undue } from '../../core/reminder';
import type { NextCheck } from '../../core/schedule';
import type { Snooze } from '../../core/snooze';
import type { SkippedThreshold, Threshold, ThresholdPolicy } from '../../core/thresholds';
import type { Notice, Told } from '../../core/told';
import type { Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';

/** What a decision is about: the thresholds as one, or a notice. */
export type Topic = 'threshold' | Notice;

/** Why nothing is told: as decided, or because nobody or not this recipient is to hear of it. */
export type Silence = Undue | 'ownersAlone' | 'disabled' | 'replaced' | 'removed' | 'mailOff' | 'nobody';

/** A code for programs and one sentence for people. */
export interface Because<Code extends string> {
  readonly code: Code;
  readonly why: string;
}

export type ExplainedDecision = { readonly topic: Topic } & (
  | (Because<'due'> & {
      readonly due: true;
      readonly reminder: Pick<Reminder, 'reason' | 'about' | 'crossedOn' | 'since'>;
    })
  | (Because<Silence> & { readonly due: false })
);

/** `standIn`: an operator in the owners' place. `copy`: an operator beside them. `former`: was told something, and is told no more. */
export type Role = 'owner' | 'standIn' | 'copy' | 'former';

export interface ExplainedRecipient {
  readonly address: string;
  readonly role: Role;
  readonly snooze: (Snooze & { readonly holds: boolean }) | undefined;
  /** Latest first. */
  readonly told: readonly Told[];
  readonly decisions: readonly ExplainedDecision[];
}

export interface ExplainedThreshold {
  readonly threshold: Threshold;
  readonly from: ThresholdPolicy['from'];
  /** Undefined where it says nothing. */
  readonly at: Instant | undefined;
  readonly crossed: boolean;
  readonly skipped: Because<SkippedThreshold['because'] | Silence> | undefined;
}

/** What goes out next, all at one instant. */
export interface NextMail {
  readonly at: Instant;
  readonly lines: readonly Pick<Reminder, 'owner' | 'reason'>[];
}

export interface ExplainedNext {
  readonly check: { readonly on: Instant; readonly because: Because<NextCheck['because']> } | undefined;
  readonly crossing: { readonly threshold: Threshold; readonly at: Instant } | undefined;
  readonly mail: NextMail | undefined;
  /** Why no mail follows; undefined while one does. */
  readonly silence: Because<Silence> | undefined;
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
