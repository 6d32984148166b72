/** The trigger of one timer function: it runs by its schedule or on demand, never twice at once. */
import type { Timer } from '@azure/functions';
import type { Environment } from '../../src/app';
import { parseNcrontab } from '../../src/formats/ncrontab';
import type { Messages, TimerFunction } from '../../src/functions/definition';
import { type HostLog, type InFlight, invocationContext, logFailure, sleepUnlessAborted } from './invocation';

export interface TimerParts {
  readonly env: Environment;
  readonly log: HostLog;
  readonly inFlight: InFlight;
  /** Aborted when the host closes: from then on the schedule starts no run. */
  readonly closing: AbortSignal;
  readonly send: (messages: Messages) => Promise<void>;
}

/** The longest delay of Node's timers is a little over 24 days. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

export class TimerTrigger {
  readonly #schedule: ReturnType<typeof parseNcrontab>;
  #latest: Promise<void> = Promise.resolve();
  #last = new Date(0);

  /** @throws BadSchedule for a schedule that cannot be parsed, or that names a missing setting */
  constructor(
    private readonly definition: TimerFunction,
    private readonly parts: TimerParts,
  ) {
    this.#schedule = scheduleOf(definition, parts.env);
  }

  /** Runs the function once the current run has ended. Logs an error of the handler and rejects with it. */
  run(): Promise<void> {
    const run = this.#latest.then(() => this.#execute());
    this.#latest = run.catch(() => undefined);
    return this.parts.inFlight.track(run);
  }

  /** Runs by the schedule until the host closes. A failed run is not repeated: the next run comes by the schedule. */
  async start(): Promise<void> {
    const { closing } = this.parts;
    let next = this.#schedule.nextRun(new Date());
    while (next !== null) {
      for (let wait = untilTime(next); wait > 0 && !closing.aborted; wait = untilTime(next))
        await sleepUnlessAborted(Math.min(wait, LONGEST_WAIT_MS), closing);
      if (closing.aborted) return;
      await this.run().catch(() => undefined);
      // Plans from the end of the run, but not before `next`: a clock set back must not repeat the run.
      next = this.#schedule.nextRun(new Date(Math.max(next.getTime(), Date.now())));
    }
  }

  async #execute(): Promise<void> {
    const { log, send } = this.parts;
    const { name, handler, sends } = this.definition;
    try {
      const messages = await handler(this.#timer(), invocationContext(this.definition, log));
      if (sends) await send(messages);
    } catch (error) {
      logFailure(log, name, 'failed', error);
      throw error;
    }
  }

  #timer(): Timer {
    const now = new Date();
    const last = this.#last.toISOString();
    this.#last = now;
    const next = this.#schedule.nextRun(now)?.toISOString() ?? '';
    return {
      isPastDue: false,
      schedule: { adjustForDST: false },
      scheduleStatus: { last, next, lastUpdated: last },
    };
  }
}

function untilTime(instant: Date): number {
  return instant.getTime() - Date.now();
}

/** The message is one sentence that names the setting. */
class BadSchedule extends Error {
  override readonly name = 'BadSchedule';
}

function scheduleOf({ schedule }: TimerFunction, env: Environment): ReturnType<typeof parseNcrontab> {
  const text = resolveSettings(schedule, env);
  try {
    return parseNcrontab(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const setting = schedule.replaceAll('%', '');
    throw new BadSchedule(
      `${setting}: '${text}' is not a schedule; write six fields in UTC (second, minute, hour, day, month, weekday), such as 0 */5 * * * *.`,
    );
  }
}

/** Replaces each `%NAME%` by that setting. Throws if the setting is missing, as the real host does. */
function resolveSettings(text: string, env: Environment): string {
  return text.replace(/%(\w+)%/g, (_, name: string) => {
    const value = env[name];
    if (!value) throw new BadSchedule(`the setting ${name} is missing; a schedule needs it`);
    return value;
  });
}
