/** Tells the operators once a day that the fallback is in use, and why the first transport did not take a mail. */
import { DAY, type Instant } from '../../formats/instant';
import { moment } from '../../formats/when';
import type { FollowDeps } from './follow-digests';
import type { RecheckDeps } from './recheck';
import type { MailTurn } from './record-answer';

/**
 * `triedOn`: when the mail was first tried that the fallback took. The notice counts as waiting since then, so that it need not
 * wait for another hour.
 */
export async function tellInUse(
  triedOn: Instant,
  { now, passed, deps, log }: MailTurn<FollowDeps & Pick<RecheckDeps, 'mail'>>,
): Promise<void> {
  const { tables, tally, transport, mail } = deps;
  const toldOn = tally.inUseToldOn();
  if (!passed || (toldOn !== undefined && Math.abs(now - toldOn) < DAY)) return;
  const note = `Mail goes by the fallback, ${transport}. The first transport, ${passed.by}, did not take a mail that was first tried ${moment(triedOn)}: ${passed.why}.`;
  log.warn(note);
  // The same line again, if it is put and a crash follows.
  const about = now - (now % DAY);
  const line = { scope: 'mail', name: transport, reason: 'fallbackInUse', about, crossedOn: about, note };
  await tables.outbox.put(mail.operators.map(owner => ({ owner, ...line, since: triedOn })));
  tally.noteInUseTold(now);
}
