/** The facts of a notice: what a mail says of one reminder about a target, from the target's state. */
import type { Instant } from '../formats/instant';
import type { Expiry, SaidReplaced } from './expiry';
import type { LastKnown, NoticeOf, TargetNotice } from './notices';
import type { Reminder } from './reminder';
import { NOT_NAMED } from './replacement';
import { isMinted, shownExpiry } from './standing';
import { parseThreshold } from './thresholds';
import { isForOperatorsAlone, type MailPolicy } from './watched';

type FactsOf<K extends TargetNotice> = (reminder: Reminder, state: Expiry, mail: MailPolicy) => NoticeOf<K>;

export const FACTS: { readonly [K in TargetNotice]: FactsOf<K> } = {
  threshold: ({ reason, about, crossedOn }, { failure, readOn = crossedOn }, mail) => ({
    is: 'threshold',
    threshold: parseThreshold(reason) ?? { is: 'lead', ms: about - crossedOn },
    expiresOn: about,
    readOn,
    unconfirmed: failure && {
      since: failure.since,
      message: failure.message,
      operatorsAreTold: isForOperatorsAlone(failure, mail),
    },
  }),
  gone: ({ about, since, crossedOn }, { readOn = crossedOn }) => ({
    is: 'gone',
    expiresOn: about,
    since,
    readOn,
  }),
  missing: ({ about }, state) => ({ is: 'missing', ...failingSince(about, state) }),
  unreadable: ({ about }, state) => ({ is: 'unreadable', ...failingSince(about, state) }),
  readable: ({ about, crossedOn }, state) => ({
    is: 'readable',
    since: about,
    readOn: state.recovered?.on ?? state.readOn ?? crossedOn,
    known: lastKnown(state),
  }),
  renewed: ({ about, crossedOn }, { renewed, readOn = crossedOn }) => ({
    is: 'renewed',
    from: renewed?.from ?? about,
    expiresOn: about,
    readOn,
  }),
  replaced: ({ about, owner }, { saidReplaced: said }) => ({
    is: 'replaced',
    by: said?.by ?? owner,
    on: about,
    successor: successorIn(said),
    note: said?.note,
  }),
  watchedAgain: ({ crossedOn, owner }, { saidReplaced: said }) => ({
    is: 'watchedAgain',
    by: said?.undone?.by ?? owner,
    on: said?.undone?.on ?? crossedOn,
    successor: successorIn(said),
  }),
  invalid: ({ about }, { invalid }) => ({ is: 'invalid', faults: invalid?.faults ?? [], since: about }),
  notVerified: ({ about }) => ({ is: 'notVerified', since: about }),
};

function successorIn(said: SaidReplaced | undefined): string | undefined {
  return said && said.to !== NOT_NAMED ? said.to : undefined;
}

function failingSince(since: Instant, state: Expiry) {
  return { since, message: state.failure?.message ?? '', known: lastKnown(state) };
}

function lastKnown(state: Expiry): LastKnown {
  return { expiresOn: shownExpiry(state), readOn: state.readOn, minted: isMinted(state) };
}
