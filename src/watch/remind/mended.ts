/** Tells the operators that a transport took no mail for a fault of our own. While it lasts health and the log say so, and a fallback's mail. */
import type { MailPolicy } from '../../core/watched';
import { moment } from '../../formats/when';
import type { Clock, Log, Tables } from '../ports';
import type { InUse } from './transports';

interface Deps extends Pick<InUse, 'transport' | 'tally'> {
  readonly tables: Pick<Tables, 'outbox' | 'mailLedger'>;
  readonly clock: Clock;
  readonly mail: MailPolicy;
}

/** One line for each fault and operator, once a mail was taken after it: its key has the instant at which the fault began. */
export async function tellMended({ tables, clock, transport, tally, mail }: Deps, log: Log): Promise<void> {
  const fault = tally.fault();
  const acceptedOn = tally.acceptedOn() ?? 0;
  if (!fault || acceptedOn <= fault.on) return;
  const { since, message } = fault;
  const note = `From ${moment(since)} to ${moment(acceptedOn)} no mail was taken by ${transport}: ${message}. No reminder was given up for it; what waited is sent now.`;
  log.info(note);
  const line = {
    scope: 'mail',
    name: transport,
    reason: 'mailStopped',
    about: since,
    crossedOn: since,
    note,
  };
  await tables.outbox.put(mail.operators.map(owner => ({ owner, ...line, since: clock.now() })));
  await tables.mailLedger.of(transport).clearFault();
}
