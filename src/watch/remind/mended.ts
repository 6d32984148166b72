/** Tells the operators that mail was not taken for a fault of our own. While it lasts no mail can say so: health does, and the log. */
import type { MailPolicy } from '../../core/watched';
import { moment } from '../../formats/when';
import type { Clock, Log, Tables } from '../ports';
import type { MailTally } from './mail-counters';

interface Deps {
  readonly tables: Pick<Tables, 'outbox' | 'mailLedger'>;
  readonly clock: Clock;
  readonly tally: MailTally;
  readonly mail: MailPolicy;
}

/** One line for each fault and operator, once a mail was taken after it: its key has the instant at which the fault began. */
export async function tellMended({ tables, clock, tally, mail }: Deps, log: Log): Promise<void> {
  const fault = tally.fault();
  const acceptedOn = tally.acceptedOn() ?? 0;
  if (!fault || acceptedOn <= fault.on) return;
  const { since, message } = fault;
  const note = `From ${moment(since)} to ${moment(acceptedOn)} no mail was taken: ${message}. No reminder was given up for it; what waited is sent now.`;
  log.info(note);
  const line = { scope: 'mail', name: '', reason: 'mailStopped', about: since, crossedOn: since, note };
  await tables.outbox.put(mail.operators.map(owner => ({ owner, ...line, since: clock.now() })));
  await tables.mailLedger.clearFault();
}
