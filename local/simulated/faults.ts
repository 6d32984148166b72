/** How a watched service can go wrong, as data that a test sets on one item or on a whole scope. */
import type { Answer, Json, Reply } from './answer';

export type PlainFault =
  /** `body` replaces the service's error envelope; `retryAfter` is the header as sent. */
  | {
      readonly fault: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: string;
      readonly body?: string;
    }
  /** 200 with a page, as a proxy or a sign-in in between answers. */
  | { readonly fault: 'html' }
  /** JSON that stops in the middle. */
  | { readonly fault: 'truncated' }
  /** Valid JSON of several megabytes (8 unless told), the date at its end. */
  | { readonly fault: 'huge'; readonly bytes?: number }
  | { readonly fault: 'reset' }
  | { readonly fault: 'hang' }
  | { readonly fault: 'redirect'; readonly location: string }
  | { readonly fault: 'noDate' }
  /** Any JSON in place of the date. */
  | { readonly fault: 'rawDate'; readonly value: Json };

/** Or one of them for the next `times` answers, and then well again. */
export type Fault =
  | PlainFault
  | { readonly fault: 'times'; readonly times: number; readonly inner: PlainFault };

/** What a service would have said, and the two ways in which its own shapes enter a fault. */
export interface Faces {
  readonly well: () => Reply;
  readonly withDate: (date: Json | undefined) => Reply;
  readonly refusal: (status: number, code: string, message: string) => Reply;
}

/** Something a test can make misbehave, and make well again. */
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

  /** The fault of the answer that is being made; counts down. */
  nextFault(): PlainFault | undefined {
    const fault = this.#fault;
    if (fault?.fault !== 'times') return fault;
    this.#fault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
    return fault.times > 0 ? fault.inner : undefined;
  }
}

export function answerWith(fault: PlainFault | undefined, faces: Faces): Answer {
  switch (fault?.fault) {
    case undefined:
      return faces.well();
    case 'status':
      return refused(fault, faces);
    case 'html':
      return page();
    case 'truncated':
      return reshaped(faces.well(), body => body.slice(0, Math.floor(body.length / 2)));
    case 'huge':
      return reshaped(faces.well(), body => padded(body, fault.bytes ?? 8 * 1024 * 1024));
    case 'reset':
    case 'hang':
      return fault.fault;
    case 'redirect':
      return { status: 302, headers: { location: fault.location } };
    case 'noDate':
      return faces.withDate(undefined);
    case 'rawDate':
      return faces.withDate(fault.value);
  }
}

function refused(fault: Extract<PlainFault, { fault: 'status' }>, faces: Faces): Reply {
  const {
    status,
    code = `Simulated${status}`,
    message = 'The request was refused as the test asked.',
  } = fault;
  const { body, headers } = faces.refusal(status, code, message);
  const retryAfter: Record<string, string> =
    fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
  return { status, headers: { ...headers, ...retryAfter }, body: fault.body ?? body ?? '' };
}

function page(): Reply {
  const body = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>';
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function reshaped(reply: Reply, change: (body: string) => string): Reply {
  return { ...reply, body: change(reply.body ?? '') };
}

/** Padding goes in front, so that the date is found only by a reader that takes in all of it. */
function padded(body: string, bytes: number): string {
  return body.replace('{', () => `{"padding":"${'x'.repeat(bytes)}",`);
}
