/** What each recipient of a target has heard of one reminder, so that a mail can say who else was told, and who was not reached. */
import type { Instant } from '../formats/instant';
import { includesAddress } from './address';
import { crossingsFor, recipientsIn, snoozeOf, toldTo } from './assess';
import { decide } from './decisions';
import type { Expiry } from './expiry';
import { NOTICES, noticeKindOf, type TargetNotice } from './notices';
import { isForCopies, type Reminder } from './reminder';
import { didNotArrive } from './told';
import { audienceOf, type MailPolicy, type Watched } from './watched';

export interface RecipientState {
  readonly address: string;
  /** An owner of the row; else an operator. */
  readonly isOwner: boolean;
  /** Undefined where it is not for them now. */
  readonly heard?: Heard;
}

export type Heard =
  | { readonly is: 'told'; readonly on: Instant }
  | { readonly is: 'notReached'; readonly why?: string }
  | { readonly is: 'snoozed'; readonly until: Instant }
  | { readonly is: 'waits' };

/** The owners of the row, and the operators who are told of this, too. */
export function recipientStates(
  reminder: Reminder,
  kind: TargetNotice,
  row: Watched,
  state: Expiry,
  mail: MailPolicy,
  now: Instant,
): RecipientState[] {
  const { contextOf } = recipientsIn(row, state, crossingsFor(row, state), mail, now);
  const { owners, copies } = audienceOf(row, mail);
  const audience = [...owners, ...(isForCopies(reminder) ? copies : [])];
  const heardBy = (address: string): Heard | undefined => {
    const decision = decide(NOTICES[kind].topic, contextOf(address));
    if (decision.due) return { is: 'waits' };
    const snooze = snoozeOf(state, address);
    if (decision.because === 'snoozed' && snooze) return { is: 'snoozed', until: snooze.until };
    return toldOf(reminder, state, address);
  };
  const stateOf = (address: string, isOwner: boolean) => ({
    address,
    isOwner,
    ...(includesAddress(audience, address) && { heard: heardBy(address) }),
  });
  const others = audience.filter(address => !includesAddress(row.columns.owners, address));
  return [
    ...row.columns.owners.map(address => stateOf(address, true)),
    ...others.map(address => stateOf(address, false)),
  ];
}

/** A later threshold of the same expiry stands for the earlier ones. */
function toldOf({ reason, about }: Reminder, state: Expiry, address: string): Heard | undefined {
  const entry = toldTo(state, address).find(
    line =>
      line.meantFor === undefined &&
      line.about === about &&
      (line.reason === reason || (isReminder(line.reason) && isReminder(reason))),
  );
  if (!entry || entry.outcome === 'forgotten') return undefined;
  return didNotArrive(entry) ? { is: 'notReached', why: entry.why } : { is: 'told', on: entry.on };
}

function isReminder(reason: string): boolean {
  const kind = noticeKindOf({ reason });
  return kind !== undefined && NOTICES[kind].says === 'reminder';
}
