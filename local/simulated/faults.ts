/** How a test makes the items of a simulated service fail. */
import { randomBytes } from 'node:crypto';
import type { Answer, Json, Reply } from './messages';

export type PlainFault =
  /** `body` replaces the service's error body; `retryAfter` is the header as sent. */
  | {
      readonly fault: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: string;
      readonly body?: string;
    }
  /** 200 with a page, as a proxy or a sign-in page would answer. */
  | { readonly fault: 'html' }
  /** JSON that stops in the middle. */
  | { readonly fault: 'truncated' }
  /** Valid JSON of several megabytes (8 by default), with the date at its end. */
  | { readonly fault: 'huge'; readonly bytes?: number }
  | { readonly fault: 'reset' }
  | { readonly fault: 'hang' }
  | { readonly fault: 'redirect'; readonly location: string }
  | { readonly fault: 'noDate' }
  /** Any JSON in place of the date. */
  | { readonly fault: 'rawDate'; readonly value: Json };

/** `times` makes the next answers fail, and then none. */
export type Fault =
  | PlainFault
  | { readonly fault: 'times'; readonly times: number; readonly inner: PlainFault };

/** The service's own answers, which a fault may change. */
export interface Replies {
  readonly ok: () => Reply;
  readonly withDate: (date: Json | undefined) => Reply;
  readonly refusal: (status: number, code: string, message: string) => Reply;
}

/** Something that a test can make fail and work again. */
export class Misbehaving {
  #fault: Fault | undefined;

  misbehaves(fault: Fault): this {
    this.#fault = fault;
    return this;
  }

  recovers(): this {
    this.#fault = undefined;
    return this;
  }

  /** The fault of the next answer. Counts `times` down. */
  nextFault(): PlainFault | undefined {
    const fault = this.#fault;
    if (fault?.fault !== 'times') return fault;
    this.#fault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
    return fault.times > 0 ? fault.inner : undefined;
  }
}

/** The value of a key, made and kept the first time a test asks for it. */
export function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** A token value with a prefix that tests search for wherever no secret may be. */
export function secretToken(prefix: 'SECRET-ARM-' | 'SECRET-IOT-'): string {
  return prefix + randomBytes(30).toString('base64url');
}

export function answerWith(fault: PlainFault | undefined, replies: Replies): Answer {
  switch (fault?.fault) {
    case undefined:
      return replies.ok();
    case 'status':
      return refused(fault, replies);
    case 'html':
      return signInPage();
    case 'truncated':
      return reshaped(replies.ok(), body => body.slice(0, Math.floor(body.length / 2)));
    case 'huge':
      return reshaped(replies.ok(), body => padded(body, fault.bytes ?? 8 * 1024 * 1024));
    case 'reset':
    case 'hang':
      return fault.fault;
    case 'redirect':
      return { status: 302, headers: { location: fault.location } };
    case 'noDate':
      return replies.withDate(undefined);
    case 'rawDate':
      return replies.withDate(fault.value);
  }
}

function refused(fault: Extract<PlainFault, { fault: 'status' }>, replies: Replies): Reply {
  const { status, retryAfter } = fault;
  const code = fault.code ?? `Simulated${status}`;
  const message = fault.message ?? 'The request was refused as the test asked.';
  const { body, headers } = replies.refusal(status, code, message);
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': retryAfter },
    body: fault.body ?? body,
  };
}

function signInPage(): Reply {
  const body = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function reshaped(reply: Reply, change: (body: string) => string): Reply {
  return { ...reply, body: change(reply.body ?? '') };
}

/** The padding goes in front: only a client that reads the whole body finds the date. */
function padded(body: string, bytes: number): string {
  return body.replace('{', () => `{"padding":"${'x'.repeat(bytes)}",`);
}
