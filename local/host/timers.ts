/** One timer function: runs it by schedule or on demand, never twice at once. */
import type { Timer } from '@azure/functions';
import type { Messages, TimerFunction } from '../../src/functions/definition';
import type { InFlight } from './in-flight';
import { type HostLog, invocationContext, logFailure } from './invocation';
import type { Schedule } from './schedule';

export interface TimerParts {
  readonly schedule: Schedule;
  readonly now: () => Date;
  readonly log: HostLog;
  readonly inFlight: InFlight;
  readonly send: (messages: Messages) => Promise<void>;
}

/** The longest delay Node's timers take is a little over 24 days. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

export class TimerTrigger {
  readonly #definition: TimerFunction;
  readonly #parts: TimerParts;
  #latest: Promise<void> = Promise.resolve();
  #last = new Date(0);
  #handle: NodeJS.Timeout | undefined;
  #scheduled = false;

  constructor(definition: TimerFunction, parts: TimerParts) {
    this.#definition = definition;
    this.#parts = parts;
  }

  /** Runs the function now, after a run that is under way. Rejects, once it is logged, with what the handler threw. */
  run(): Promise<void> {
    const run = this.#latest.then(() => this.#execute());
    this.#latest = run.catch(() => undefined);
    return this.#parts.inFlight.track(run);
  }

  start(): void {
    this.#scheduled = true;
    this.#plan(this.#parts.now());
  }

  stop(): void {
    this.#scheduled = false;
    clearTimeout(this.#handle);
  }

  async #execute(): Promise<void> {
    const { log, send } = this.#parts;
    const { name, handler, sends } = this.#definition;
    try {
      const messages = await handler(this.#timer(), invocationContext(this.#definition, log));
      if (sends) await send(messages);
    } catch (error) {
      logFailure(log, name, 'failed', error);
      throw error;
    }
  }

  #timer(): Timer {
    const now = this.#parts.now();
    const last = this.#last.toISOString();
    this.#last = now;
    const next = this.#parts.schedule(now)?.toISOString() ?? '';
    return {
      isPastDue: false,
      schedule: { adjustForDST: false },
      scheduleStatus: { last, next, lastUpdated: last },
    };
  }

  /** A failed run is not caught up: the next one comes by schedule. */
  #plan(after: Date): void {
    const next = this.#parts.schedule(after);
    if (next !== undefined && this.#scheduled) this.#waitFor(next);
  }

  #waitFor(next: Date): void {
    const remaining = next.getTime() - this.#parts.now().getTime();
    if (remaining > 0) {
      this.#handle = setTimeout(() => this.#waitFor(next), Math.min(remaining, LONGEST_WAIT_MS));
      return;
    }
    // Planned from the end of the run, and never from before `next`: a clock set back must not repeat it.
    const again = () => this.#plan(new Date(Math.max(next.getTime(), this.#parts.now().getTime())));
    this.run().then(again, again);
  }
}
