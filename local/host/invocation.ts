/** The context a handler is given, and where what it logs goes. */
import { randomUUID } from 'node:crypto';
import { format, inspect } from 'node:util';
import { InvocationContext, type LogLevel } from '@azure/functions';

export interface LogEntry {
  readonly level: LogLevel;
  readonly functionName: string;
  readonly text: string;
}

export type HostLog = (entry: LogEntry) => void;

/** What the contexts of one function have in common. */
export interface FunctionIdentity {
  readonly type: 'timer' | 'queue' | 'http';
  readonly name: string;
}

export function invocationContext(
  { type, name }: FunctionIdentity,
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

/** Logs a failure with its stack and cause: for the developer's eyes, never for an answer's body. */
export function logFailure(log: HostLog, functionName: string, what: string, error: unknown): void {
  log({ level: 'error', functionName, text: `${what}: ${inspect(error)}` });
}
