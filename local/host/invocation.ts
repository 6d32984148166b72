/** One call of a function: the context its handler gets, its log entries, and the wait for calls that still run. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { format, inspect } from 'node:util';
import { InvocationContext, type LogLevel } from '@azure/functions';
import type { FunctionDefinition } from '../../src/functions/definition';

export interface LogEntry {
  readonly level: LogLevel;
  readonly functionName: string;
  readonly text: string;
}

export type HostLog = (entry: LogEntry) => void;

export function invocationContext(
  { type, name }: FunctionDefinition,
  log: HostLog,
  triggerMetadata: Record<string, unknown> = {},
): InvocationContext {
  return new InvocationContext({
    invocationId: randomUUID(),
    functionName: name,
    triggerMetadata,
    options: { trigger: { type: `${type}Trigger`, name: `${type}Trigger` } },
    logHandler: (level, ...args) => log({ level, functionName: name, text: format(...args) }),
  });
}

/** Logs an error with its stack and cause. The log is for developers; no answer may contain this text. */
export function logFailure(log: HostLog, functionName: string, what: string, error: unknown): void {
  log({ level: 'error', functionName, text: `${what}: ${inspect(error)}` });
}

/** The work that runs now, so that closing the host can wait for it. */
export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

  /** Counts `work` until it ends, and returns it. */
  track<T>(work: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = work.then(ignore, ignore).then(() => this.#running.delete(ended));
    this.#running.add(ended);
    return work;
  }

  /** Resolves when at most `count` pieces of work still run. */
  async atMost(count: number): Promise<void> {
    while (this.#running.size > count) await Promise.race(this.#running);
  }

  /** Resolves with true when nothing runs, or with false after `withinMs`. */
  async endsWithin(withinMs: number): Promise<boolean> {
    const ended = new AbortController();
    void this.atMost(0).then(() => ended.abort());
    await sleepUnlessAborted(withinMs, ended.signal);
    return ended.signal.aborted;
  }
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(ignore);
}

function ignore(): void {}
