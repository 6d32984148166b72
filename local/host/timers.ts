/** The trigger of one timer function: it runs by its schedule or on demand, never twice at once. */
import type { Timer } from '@azure/functions';
import { parseNcrontab } from '../../src/formats/ncrontab';
import type { Messages, TimerFunction } from '../../src/functions/definition';
import { type HostLog, type InFlight, invocationContext, logFailure } from './invocation';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Replaces each `%NAME%` by that setting. Throws if the setting is missing, as the real host does. */
export function resolveSettings(text: string, env: Environment): string {
  return text.replace(/%(\w+)%/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new Error(`the setting ${name} is missing; a schedule needs it`);
    return value;
  });
}

/** Returns the next time after an instant, or `undefined` if there is none. */
export type Schedule = (after: Date) => Date | undefined;

/** Parses a schedule of six fields in UTC. Throws on anything else. */
export function parseSchedule(text: string): Schedule {
  const cron = parseNcrontab(text);
  return after => cron.nextRun(after) ?? undefined;
}

export interface TimerParts {
  readonly schedule: Schedule;
  readonly now: () => Date;
  readonly log: HostLog;
  readonly inFlight: InFlight;
  readonly send: (messages: Messages) => Promise<void>;
}

/** The longest delay of Node's timers is a little over 24 days. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

export class TimerTrigger {
  readonly #definition: TimerFunction;
  readonly #parts: TimerParts;
  #latest: Promise<void> = Promise.resolve();
  #last = new Date(0);
  #handle: NodeJS.Timeout | undefined;
  #started = false;

  constructor(definition: TimerFunction, parts: TimerParts) {
    this.#definition = definition;
    this.#parts = parts;
  }

  /** Runs the function once the current run has ended. Logs an error of the handler and rejects with it. */
  run(): Promise<void> {
    const run = this.#latest.then(() => this.#execute());
    this.#latest = run.catch(() => undefined);
    return this.#parts.inFlight.track(run);
  }

  start(): void {
    this.#started = true;
    this.#plan(this.#parts.now());
  }

  stop(): void {
    this.#started = false;
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

  /** A failed run is not repeated: the next run comes by the schedule. */
  #plan(after: Date): void {
    const next = this.#parts.schedule(after);
    if (next !== undefined && this.#started) this.#waitFor(next);
  }

  #waitFor(next: Date): void {
    const remaining = next.getTime() - this.#parts.now().getTime();
    if (remaining > 0) {
      this.#handle = setTimeout(() => this.#waitFor(next), Math.min(remaining, LONGEST_WAIT_MS));
      return;
    }
    // Plans from the end of the run, but not before `next`: a clock set back must not repeat the run.
    const again = () => this.#plan(new Date(Math.max(next.getTime(), this.#parts.now().getTime())));
    this.run().then(again, again);
  }
}
