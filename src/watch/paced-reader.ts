/** The paced reader: reads targets of one scope side by side, as fast as the service's bucket allows and no faster. */

import { type Instant, SECOND } from '../core/instant';
import { answered, type Limits, type Pace, refused, spend, waitFor } from '../core/pace';
import { failed, type Reading } from '../core/reading';
import type { Answer, Clock } from './ports';

const MOST_IN_FLIGHT = 32;
/** The lease lasts two minutes and is renewed at each nap, so a longer wait is left to a later sweep. */
const LONGEST_WAIT = 90 * SECOND;
const LONGEST_NAP = 10 * SECOND;

export interface ReaderOptions<Job> {
  readonly limits: Limits;
  readonly pace: Pace;
  readonly clock: Clock;
  /** No waiting beyond this instant. */
  readonly until: Instant;
  read(job: Job): Promise<Answer>;
  arrived(job: Job, reading: Reading, now: Instant): void;
  /** Called at every nap, so that lease and results don't wait for the bucket. */
  meanwhile(): Promise<void>;
}

export interface PacedReader<Job> {
  /** Starts reading as soon as the pace allows; false when it does not within the time there is. */
  read(job: Job): Promise<boolean>;
  /** Waits for all that is under way, refused ones read again where the pause is short. */
  drain(): Promise<void>;
  pace(): Pace;
}

export function pacedReader<Job>(options: ReaderOptions<Job>): PacedReader<Job> {
  const { limits, clock, until } = options;
  const inFlight = new Set<Promise<void>>();
  let again: { job: Job; reading: Reading }[] = [];
  let pace = options.pace;
  let fault: unknown;

  /** A request may leave: there is a place among those in flight and a token in the bucket. */
  const permitted = async () => {
    while (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight);
    for (;;) {
      if (fault) throw fault;
      const now = clock.now();
      const wait = waitFor(pace, limits, now);
      if (wait === 0) return true;
      if (wait > LONGEST_WAIT || now + wait > until) return false;
      await clock.sleep(Math.min(wait, LONGEST_NAP));
      await options.meanwhile();
    }
  };

  const launch = (job: Job) => {
    const sentAt = clock.now();
    pace = spend(pace, limits, sentAt);
    const under = options
      .read(job)
      .then(answer => settle(job, answer, sentAt))
      // Kept for whoever waits next: a rejection that nobody awaits would take the whole process down.
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => inFlight.delete(under));
    inFlight.add(under);
  };

  const settle = (job: Job, { reading, retryAfterMs, remaining }: Answer, sentAt: Instant) => {
    const now = clock.now();
    if (reading.outcome === 'failed' && reading.code === 'throttled') {
      pace = refused(pace, sentAt, now, retryAfterMs);
      again.push({ job, reading });
    } else {
      pace = answered(pace, limits, now, remaining, inFlight.size);
      options.arrived(job, reading, now);
    }
  };

  const readAgain = async () => {
    const turned = again;
    again = [];
    for (const { job, reading } of turned) {
      if (await permitted()) launch(job);
      else options.arrived(job, reading, clock.now());
    }
  };

  return {
    async read(job) {
      if (!(await permitted())) return false;
      launch(job);
      return true;
    },
    async drain() {
      while (inFlight.size > 0 || again.length > 0) {
        await Promise.all(inFlight);
        if (fault) throw fault;
        await readAgain();
      }
    },
    pace: () => pace,
  };
}

/** What a target is told that could not even be tried for an hour: silence about that would be the worse fault. */
export const KEPT_WAITING = failed(
  'throttled',
  'the service refuses more requests for its scope; it is read as soon as that ends',
);
