/** The paced reader: reads many targets of one scope at once, as fast as the service's bucket allows and no faster. */
import { setImmediate as turn } from 'node:timers/promises';
import { answered, isProbing, type Limits, type Pace, refused, spend, waitFor } from '../../core/pace';
import { failed, type Reading } from '../../core/reading';
import { type Instant, SECOND } from '../../formats/instant';
import type { Clock, ReadResult } from '../ports';

const MOST_IN_FLIGHT = 32;
/** A longer wait is left to a later sweep. The lease lasts two minutes, and each pause here renews it. */
const LONGEST_WAIT = 90 * SECOND;
const LONGEST_SLEEP = 10 * SECOND;

export interface ReaderOptions<Job> {
  readonly limits: Limits;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Never waits beyond this instant. */
  readonly until: Instant;
  read(job: Job): Promise<ReadResult>;
  onReading(job: Job, reading: Reading, now: Instant): void;
  /** Called at every pause, so that lease and results do not wait for the bucket. */
  whileWaiting(): Promise<void>;
}

/** `paused`: the wait is longer than `LONGEST_WAIT`. `outOfTime`: the wait would end after `until`. */
export type Permit = 'granted' | 'paused' | 'outOfTime';

export interface PacedReader<Job> {
  /** Starts a read as soon as the pace allows it. The reading is handed to `onReading`. */
  read(job: Job): Promise<Permit>;
  /** Waits for all reads under way. Refused ones are read again if the pause is short. */
  drain(): Promise<void>;
  /** Waits for all reads under way, whatever becomes of them. None is read again. */
  settled(): Promise<void>;
  pace(): Pace;
}

export function pacedReader<Job>(options: ReaderOptions<Job>): PacedReader<Job> {
  const { limits, clock, until } = options;
  let inFlight = 0;
  let wakeWaiter = () => {};
  const oneEnds = () => new Promise<void>(resolve => (wakeWaiter = resolve));
  let refusedJobs: { job: Job; reading: Reading }[] = [];
  let pace = options.pace;
  /** The request that asked alone got no answer. One after another, such requests would take days for a large scope. */
  let isUnanswered = false;
  let fault: unknown;

  /** Waits for a free place among the reads in flight, and for the bucket. */
  const permitted = async (): Promise<Permit> => {
    while (inFlight >= (isProbing(pace) && !isUnanswered ? 1 : MOST_IN_FLIGHT)) {
      await oneEnds();
      // Answers that have arrived are handled before the next requests are sent: that costs a quarter less time.
      await turn();
    }
    for (;;) {
      if (fault) throw fault;
      const now = clock.now();
      const wait = waitFor(pace, limits, now);
      if (wait === 0) return 'granted';
      if (wait > LONGEST_WAIT) return 'paused';
      if (now + wait > until) return 'outOfTime';
      await clock.sleep(Math.min(wait, LONGEST_SLEEP));
      await options.whileWaiting();
    }
  };

  const launch = (job: Job) => {
    const sentAt = clock.now();
    pace = spend(pace, limits, sentAt);
    inFlight += 1;
    options
      .read(job)
      .then(answer => onAnswer(job, answer, sentAt))
      // The fault is kept for the next wait: an unhandled rejection would end the whole process.
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => {
        inFlight -= 1;
        wakeWaiter();
      });
  };

  const onAnswer = (job: Job, { reading, retryAfterMs, remaining }: ReadResult, sentAt: Instant) => {
    const now = clock.now();
    if (reading.outcome === 'failed' && reading.code === 'throttled') {
      pace = refused(pace, sentAt, now, retryAfterMs);
      isUnanswered = false;
      refusedJobs.push({ job, reading });
    } else {
      isUnanswered = !isAnswer(reading);
      if (!isUnanswered) pace = answered(pace, limits, now, remaining, inFlight);
      options.onReading(job, reading, now);
    }
  };

  const readRefusedAgain = async () => {
    const jobs = refusedJobs;
    refusedJobs = [];
    for (const { job, reading } of jobs) {
      if ((await permitted()) === 'granted') launch(job);
      else options.onReading(job, reading, clock.now());
    }
  };

  const settled = async () => {
    while (inFlight > 0) await oneEnds();
  };

  return {
    async read(job) {
      const permit = await permitted();
      if (permit === 'granted') launch(job);
      return permit;
    },
    async drain() {
      while (inFlight > 0 || refusedJobs.length > 0) {
        await settled();
        if (fault) throw fault;
        await readRefusedAgain();
      }
    },
    settled,
    pace: () => pace,
  };
}

/** Whether the service itself took the request. A fault on the way does not end a row of refusals. */
function isAnswer(reading: Reading): boolean {
  return reading.outcome !== 'failed' || (reading.code !== 'timeout' && reading.code !== 'unreachable');
}

/** The failure of a target that could not be read for an hour. Without it no one would be told. */
export const KEPT_WAITING = failed(
  'throttled',
  'the service refuses more requests for its scope; it is read as soon as that ends',
);
