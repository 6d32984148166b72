/** What the functions need of the app: the watch's verbs, composed. */
import type { HealthReason } from '../watch/health';
import type { SweepMessage } from '../watch/message';
import type { Log } from '../watch/ports';
import type { Report, StatusQuery } from '../watch/report';

export interface UseCases {
  readonly kinds: readonly string[];
  startSweep(log: Log): Promise<SweepMessage[]>;
  sweepScope(message: SweepMessage, log: Log): Promise<SweepMessage[]>;
  sendReminders(log: Log): Promise<void>;
  reconcile(log: Log): Promise<void>;
  report(query: StatusQuery): Promise<Report>;
  health(): Promise<readonly HealthReason[]>;
}

/** The app is composed at the first call: a host that finds bad settings must still find the functions. */
export type App = () => UseCases;
