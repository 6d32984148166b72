/** What `npm start` prints while it runs: one line for each sweep and the mails after it, and what goes wrong at once. */
import type { App } from '../src/app';
import { utc } from '../src/formats/when';
import type { FunctionDefinition } from '../src/functions/definition';
import type { LogEntry } from './host';

/** Each line that a function logs, after the time of this machine. */
export function print({ functionName, text }: Pick<LogEntry, 'functionName' | 'text'>): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${functionName}: ${text}`);
}

/** Without the events, which are for machines: what a person must know of them has a line in words, or a place on the dashboard. */
export function printTrouble(entry: LogEntry): void {
  if (entry.text.startsWith('{"event":')) return;
  if (entry.level === 'warning' || entry.level === 'error' || entry.level === 'critical') print(entry);
}

export function printAll(entry: LogEntry): void {
  if (entry.level !== 'trace' && entry.level !== 'debug') print(entry);
}

/** The sender runs after each sweep, so the line about both is printed when it ends. */
export function withLine(definition: FunctionDefinition, printLine: () => Promise<void>): FunctionDefinition {
  if (definition.type !== 'timer' || definition.name !== 'sendReminders') return definition;
  const handler: typeof definition.handler = async (timer, context) => {
    const messages = await definition.handler(timer, context);
    await printLine();
    return messages;
  };
  return { ...definition, handler };
}

/** @param mailCount how many mails the outbox has; absent if a real mail service sends them */
export function sweepLine(app: () => App, mailCount: (() => number) | undefined): () => Promise<void> {
  let before = mailCount?.() ?? 0;
  return async () => {
    const { asOf, counts } = await app().report({ limit: 1 });
    const { total, expired, expiring, failing, invalid } = counts;
    const targets = `${total} targets, ${expired} expired, ${expiring} expiring, ${failing + invalid} not read`;
    const now = mailCount?.();
    const mails = now === undefined ? '' : `; ${now - before} new ${now - before === 1 ? 'mail' : 'mails'}`;
    before = now ?? 0;
    console.log(`${utc(asOf)}  swept ${targets}${mails}`);
  };
}
