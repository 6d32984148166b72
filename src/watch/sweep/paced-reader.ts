/** The paced reader: reads targets of one scope side by side, as fast as the service's bucket allows and no faster. */

import { setImmediate as turn } from 'node:timers/promises';
import { answered, type Limits, type Pace, refused, spend, waitFor } from '../../core/pace';
import { failed, type Reading } from '../../core/reading';
import { type Instant, SECOND } from '../../formats/instant';
import type { Answer, Clock } from '../ports';

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

/** `paused`: the service asked for a longer wait than is worth it. `outOfTime`: the time there is ends before the wait does. */
export type Permit = 'granted' | 'paused' | 'outOfTime';

export interface PacedReader<Job> {
  /** Starts reading as soon as the pace allows, if it does. */
  read(job: Job): Promise<Permit>;
  /** Waits for all that is under way, refused ones read again where the pause is short. */
  drain(): Promise<void>;
  pace(): Pace;
}

export function pacedReader<Job>(options: ReaderOptions<Job>): PacedReader<Job> {
  const { limits, clock, until } = options;
  let inFlight = 0;
  /** Wakes whoever waits for one of those in flight to end. */
  let ended = () => {};
  const oneEnds = () => new Promise<void>(resolve => (ended = resolve));
  let again: { job: Job; reading: Reading }[] = [];
  let pace = options.pace;
  let fault: unknown;

  /** A request may leave: there is a place among those in flight and a token in the bucket. */
  const permitted = async (): Promise<Permit> => {
    while (inFlight >= MOST_IN_FLIGHT) {
      await oneEnds();
      // All answers that are here are taken in before the next requests leave: work in runs of a kind costs a quarter less.
      await turn();
    }
    for (;;) {
      if (fault) throw fault;
      const now = clock.now();
      const wait = waitFor(pace, limits, now);
      if (wait === 0) return 'granted';
      if (wait > LONGEST_WAIT) return 'paused';
      if (now + wait > until) return 'outOfTime';
      await clock.sleep(Math.min(wait, LONGEST_NAP));
      await options.meanwhile();
    }
  };

  const launch = (job: Job) => {
    const sentAt = clock.now();
    pace = spend(pace, limits, sentAt);
    inFlight += 1;
    options
      .read(job)
      .then(answer => settle(job, answer, sentAt))
      // Kept for whoever waits next: a rejection that nobody awaits would take the whole process down.
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => {
        inFlight -= 1;
        ended();
      });
  };

  const settle = (job: Job, { reading, retryAfterMs, remaining }: Answer, sentAt: Instant) => {
    const now = clock.now();
    if (reading.outcome === 'failed' && reading.code === 'throttled') {
      pace = refused(pace, sentAt, now, retryAfterMs);
      again.push({ job, reading });
    } else {
      pace = answered(pace, limits, now, remaining, inFlight);
      options.arrived(job, reading, now);
    }
  };

  const readAgain = async () => {
    const turned = again;
    again = [];
    for (const { job, reading } of turned) {
      if ((await permitted()) === 'granted') launch(job);
      else options.arrived(job, reading, clock.now());
    }
  };

  return {
    async read(job) {
      const permit = await permitted();
      if (permit === 'granted') launch(job);
      return permit;
    },
    async drain() {
      while (inFlight > 0 || again.length > 0) {
        while (inFlight > 0) await oneEnds();
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
