/** A test mail: one mail that proves sending before it matters, within the same quota as the reminders. */
import { randomUUID } from 'node:crypto';
import { addressFault, includesAddress, isSameAddress, splitAddresses } from '../../core/address';
import { textsOf } from '../../core/row';
import type { MailPolicy } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Clock, Log, MailState, SendOutcome, Tables } from '../ports';
import { LONGEST_WAIT } from './claim';
import { requestsOfSend } from './mail-counters';
import { recordFault } from './own-faults';
import type { Transports } from './transports';
import { isOurs } from './tries';

interface Deps extends Transports, Omit<MailState, 'isOff'> {
  readonly tables: Pick<Tables, 'registry' | 'mailLedger'>;
  readonly clock: Clock;
  readonly mail: MailPolicy;
  /** The transport that every mail is tried with first, and its sender. */
  readonly way: { readonly transport: string; readonly sender: string } | undefined;
  /** The settings of each way to send, for where none is set. */
  readonly ways: readonly string[];
}

export type TestMailResult =
  /** What the transport said of this mail, in a sentence. */
  | {
      readonly is: 'taken' | 'notTaken';
      readonly to: string;
      readonly transport: string;
      readonly answer: string;
    }
  | { readonly is: 'unknownAddress' | 'notSet'; readonly reason: string }
  | { readonly is: 'quotaSpent'; readonly retryAfterMs: number };

const SILENT = 'MAIL_TO is none, so no reminder is sent until that is owners or operators.';

/** @param asked an owner of the registry or an operator; the first operator where it is left out */
export async function sendTestMail(asked: string | undefined, deps: Deps, log: Log): Promise<TestMailResult> {
  const { way, ways, faults, clock, quota, tally } = deps;
  if (faults.length > 0) return { is: 'notSet', reason: `${faults.join('; ')}.` };
  if (!way) return { is: 'notSet', reason: `No way to send is set. Set ${ways.join(', or ')}.` };
  const recipient = await recipientOf(asked, deps);
  if ('reason' in recipient) return { is: 'unknownAddress', ...recipient };
  const { to } = recipient;
  const mailer = await deps.mailer();
  const now = clock.now();
  if (!(await quota.mayAsk(requestsOfSend(mailer), now)))
    return { is: 'quotaSpent', retryAfterMs: quota.sendsFrom(now) - now };
  const { transport, sender } = way;
  const note = deps.mail.to === 'none' ? SILENT : undefined;
  const digest = { owner: to, lines: [], more: 0, asOf: now, test: { transport, sender, note } };
  // Each is a mail of its own: a second press must not be taken for a repeat.
  const outcome = await mailer.send(digest, randomUUID());
  const answered = clock.now();
  quota.answered(answered);
  const wait = outcome.outcome === 'unsettled' ? Math.min(LONGEST_WAIT, outcome.retryAfterMs ?? 0) : 0;
  if (wait > 0) await quota.pause('send', answered + wait);
  await record(outcome, answered, deps);
  await tally.write(log);
  const { is, words } = wordsOf(outcome);
  log[is === 'taken' ? 'info' : 'warn'](`A test mail by ${transport}: ${words}`);
  const more = note ?? fallbackWords(outcome, deps);
  return { is, to, transport, answer: more === undefined ? words : `${words} ${more}` };
}

/** It begins or ends the alarm about a fault of our own, as a reminder does. Where no reminder is sent, nobody needs an alarm. */
async function record(outcome: SendOutcome, now: Instant, deps: Deps): Promise<void> {
  if (outcome.outcome === 'accepted') deps.tally.noteAccepted(now);
  const isAlarming = outcome.outcome === 'unsettled' && deps.mail.to !== 'none';
  if (isAlarming && isOurs(outcome.cause)) await recordFault(outcome.cause, outcome.message, now, deps);
}

async function recipientOf(
  asked: string | undefined,
  { tables, mail: { operators } }: Deps,
): Promise<{ readonly to: string } | { readonly reason: string }> {
  if (asked === undefined) {
    const [to] = operators;
    if (to !== undefined) return { to };
    return { reason: 'there are no operators: set OPERATORS, or name an owner of the registry here' };
  }
  const operator = operators.find(address => isSameAddress(address, asked));
  if (operator !== undefined) return { to: operator };
  const fault = addressFault(asked);
  if (fault !== undefined) return { reason: fault };
  if (await isOwner(asked, tables)) return { to: asked };
  return {
    reason: `${asked} is no owner in the registry and no operator: register it as an owner of a target, or add it to OPERATORS`,
  };
}

/** Owners have no index, so this reads rows until the first match: all of them for an address that is not there. */
async function isOwner(address: string, { registry }: Deps['tables']): Promise<boolean> {
  for await (const { columns } of registry.all())
    if (includesAddress(splitAddresses(textsOf(columns).owners), address)) return true;
  return false;
}

function wordsOf(outcome: SendOutcome): { readonly is: 'taken' | 'notTaken'; readonly words: string } {
  if (outcome.outcome !== 'accepted') {
    const mayHaveLeft = outcome.cause === 'unknown' ? ' The mail may have left all the same.' : '';
    return { is: 'notTaken', words: `${sentence(outcome.message)}${mayHaveLeft}` };
  }
  const { firstLook } = outcome;
  if (firstLook?.status === 'failed')
    return { is: 'notTaken', words: `The mail was taken, and then ${firstLook.message}.` };
  return { is: 'taken', words: 'The mail was taken. Look for it in the mailbox, and among its spam.' };
}

function fallbackWords(outcome: SendOutcome, { fallback, fallbackFaults }: Deps): string | undefined {
  if (fallbackFaults.length > 0) return `The fallback is not used: ${fallbackFaults.join('; ')}.`;
  if (!fallback || outcome.outcome !== 'unsettled' || outcome.cause === 'recipient') return undefined;
  return `While that lasts, reminders go by the fallback, ${fallback.transport}, an hour late.`;
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
