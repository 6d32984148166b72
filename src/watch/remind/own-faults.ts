/** Faults of our own, for which a transport takes no mail: on record while one lasts, so that health and the log say so, and told to the operators once it is over. */
import type { MailPolicy } from '../../core/watched';
import { DAY, type Instant } from '../../formats/instant';
import { moment } from '../../formats/when';
import type { Clock, Log, MailFault, Tables } from '../ports';
import type { InUse } from './transports';

interface Ledger extends Pick<InUse, 'transport' | 'tally'> {
  readonly tables: Pick<Tables, 'mailLedger'>;
}

interface Deps extends Ledger {
  readonly tables: Pick<Tables, 'outbox' | 'mailLedger'>;
  readonly clock: Clock;
  readonly mail: MailPolicy;
}

export async function recordFault(
  why: MailFault,
  message: string,
  now: Instant,
  { tables, transport, tally }: Ledger,
): Promise<void> {
  const before = tally.fault();
  // One that was left behind by settings that changed is another.
  const since = before && now - before.on <= DAY ? before.since : now;
  const fault = { on: now, since, why, message };
  await tables.mailLedger.of(transport).saveFault(fault);
  tally.noteFault(fault);
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
