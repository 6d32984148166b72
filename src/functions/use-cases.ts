/** What the functions need of the app: the watch's verbs, composed. */

import type { Log } from '../watch/ports';
import type { ImportLine, LineReport } from '../watch/registry/import';
import type { ManagedRow, RegistryKey, TaggedRow } from '../watch/registry/row';
import type { Condition, Put, RegistryPage, RegistryQuery, Removed, Wanted } from '../watch/registry/rows';
import type { Explained } from '../watch/report/explain';
import type { Feed, FeedQuery } from '../watch/report/feed';
import type { Forecast } from '../watch/report/forecast';
import type { Health } from '../watch/report/health';
import type { Measures } from '../watch/report/metrics';
import type { Overview, Report, StatusQuery } from '../watch/report/status';
import type { LinkAction, LinkAnswer } from '../watch/snooze/follow-link';
import type { CheckAnswer } from '../watch/sweep/check-now';
import type { SweepMessage } from '../watch/sweep/start-sweep';

export interface UseCases {
  readonly kinds: readonly string[];
  readonly version: string;
  startSweep(log: Log): Promise<SweepMessage[]>;
  sweepScope(message: SweepMessage, log: Log): Promise<SweepMessage[]>;
  sendReminders(log: Log): Promise<void>;
  reconcile(log: Log): Promise<void>;
  tellPoison(message: unknown, log: Log): Promise<void>;
  report(query: StatusQuery): Promise<Report>;
  overview(query: StatusQuery): Promise<Overview>;
  /** Undefined for a target that is not known. */
  explain(scope: string, name: string): Promise<Explained | undefined>;
  forecast(days: number): Promise<Forecast>;
  metrics(): Promise<Measures>;
  /** Expiries for calendars. */
  feed(query: FeedQuery): Promise<Feed>;
  checkNow(key: RegistryKey, log: Log): Promise<CheckAnswer>;
  findRow(key: RegistryKey): Promise<TaggedRow | undefined>;
  putRow(key: RegistryKey, wanted: Wanted, condition: Condition): Promise<Put>;
  removeRow(key: RegistryKey, condition: Condition): Promise<Removed>;
  listRows(query: RegistryQuery): Promise<RegistryPage>;
  everyRow(): Promise<AsyncIterable<ManagedRow>>;
  importRows(lines: readonly ImportLine[], dryRun: boolean, log: Log): Promise<LineReport[]>;
  /** What the link in a mail shows; changes nothing. */
  lookAtLink(token: string): Promise<LinkAnswer>;
  followLink(token: string, asked: LinkAction): Promise<LinkAnswer>;
  health(): Promise<Health>;
}

/** The app is composed at the first call: a host that finds bad settings must still find the functions. */
export type App = () => UseCases;
