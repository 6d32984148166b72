/** What a mail says of a reminder about a target: the facts from the target's state. */
import type { Instant } from '../formats/instant';
import type { Expiry } from './expiry';
import type { LastKnown, NoticeOf, TargetNotice } from './notices';
import type { Reminder } from './reminder';
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
  invalid: ({ about }, { invalid }) => ({ is: 'invalid', faults: invalid?.faults ?? [], since: about }),
};

function failingSince(since: Instant, state: Expiry) {
  return { since, message: state.failure?.message ?? '', known: lastKnown(state) };
}

function lastKnown(state: Expiry): LastKnown {
  return { expiresOn: shownExpiry(state), readOn: state.readOn, minted: isMinted(state) };
}
