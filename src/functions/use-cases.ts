/** What the functions need of the app: the watch's verbs, composed. */
import type { Explained } from '../watch/explain';
import type { Forecast } from '../watch/forecast';
import type { Health } from '../watch/health';
import type { SweepMessage } from '../watch/message';
import type { Log } from '../watch/ports';
import type { Report, StatusQuery } from '../watch/report';
import type { Asked, LinkAnswer } from '../watch/snooze';

export interface UseCases {
  readonly kinds: readonly string[];
  startSweep(log: Log): Promise<SweepMessage[]>;
  sweepScope(message: SweepMessage, log: Log): Promise<SweepMessage[]>;
  sendReminders(log: Log): Promise<void>;
  reconcile(log: Log): Promise<void>;
  tellPoison(message: unknown, log: Log): Promise<void>;
  report(query: StatusQuery): Promise<Report>;
  /** Undefined for a target that is not known. */
  explain(scope: string, name: string): Promise<Explained | undefined>;
  forecast(days: number): Promise<Forecast>;
  /** What the link in a mail shows; changes nothing. */
  lookAtLink(token: string): Promise<LinkAnswer>;
  followLink(token: string, asked: Asked): Promise<LinkAnswer>;
  health(): Promise<Health>;
}

/** The app is composed at the first call: a host that finds bad settings must still find the functions. */
export type App = () => UseCases;
