/** Delivery reports: what the mail service says by itself of accepted mails, sooner than anybody asks for it. */
import pMap from 'p-map';
import { DAY } from '../../formats/instant';
import type { Log, OperationStatus } from '../ports';
import { type FollowDeps, recordEnd } from './follow-digests';
import { AT_ONCE } from './save-told';

export interface DeliveryReport {
  /** The address that the mail was sent to. */
  readonly recipient: string;
  readonly operationId: string;
  /** How delivering it ended. */
  readonly end: OperationStatus;
}

/** `early`: the sender is still recording that this mail was accepted, so the report must come again. */
type Taken = 'settled' | 'early' | 'unknown';

/** How many reports ended the following of a mail, and how many came too early. All others are about no mail that is followed. */
export interface ReportsTaken {
  readonly settled: number;
  readonly early: number;
}

/**
 * In any order and as often as they come: the first one that settles a mail ends its following, as a status read does.
 * Without any, as for the handshake, it is noted that reports will come.
 */
export async function takeReports(
  reports: readonly DeliveryReport[],
  deps: FollowDeps,
  log: Log,
): Promise<ReportsTaken> {
  const { quota, tally, tables, clock } = deps;
  await quota.refresh();
  // From now on the sender waits for reports.
  if (clock.now() - (tally.reportedOn() ?? 0) >= DAY)
    await tables.mailLedger.of(deps.transport).saveReportedOn(clock.now());
  const taken = await pMap(reports, report => takeReport(report, deps, log), AT_ONCE);
  await tally.write(log);
  const count = (what: Taken) => taken.filter(one => one === what).length;
  return { settled: count('settled'), early: count('early') };
}

async function takeReport(
  { recipient, operationId, end }: DeliveryReport,
  deps: FollowDeps,
  log: Log,
): Promise<Taken> {
  const owner = await deps.tables.outbox.followed(recipient, operationId);
  // While its claim is there, the digest is not yet marked as told. That it did not arrive must be recorded later.
  if (owner?.claim?.operationId === operationId) return 'early';
  const [sent] = owner?.sent ?? [];
  if (!owner || !sent) return 'unknown';
  const isSettled = await recordEnd(sent, end, { owner, now: deps.clock.now(), deps, log });
  return isSettled ? 'settled' : 'unknown';
}
