/** Any status but 200 as a failed reading, in our words: of the answer itself only the status and the code may show. */
import * as v from 'valibot';
import { type FailedReading, failed } from '../core/reading';
import { parseJson } from '../formats/json';
import type { Heard, Service } from './kind';

/** What only the kind can say. */
export interface KindWords {
  /** Begins with a capital, ends without a stop: `Azure knows no such container app; …`. */
  readonly missing: string;
  readonly notAllowed: string;
}

/** The envelope of both services: ARM's DefaultErrorResponse, IoT Central's Error. */
const Envelope = v.object({ error: v.object({ code: v.string() }) });
const CODE = /^[A-Za-z]{3,60}$/;

export function refusal(heard: Heard, { label }: Service, words: KindWords): FailedReading {
  const { status } = heard;
  const seen = `(HTTP ${[status, codeOf(heard)].join(' ').trim()})`;
  if (status === 404) return failed('missing', `${words.missing} ${seen}.`);
  if (status === 401 || status === 403) return failed('notAllowed', `${words.notAllowed} ${seen}.`);
  if (status === 429) return failed('throttled', `${label} asked the watcher to slow down ${seen}.`);
  if (status === 408 || status === 504) return failed('timeout', `${label} took too long to answer ${seen}.`);
  if (status >= 500) return failed('unreachable', `${label} is in trouble ${seen}.`);
  if (status >= 300 && status < 400)
    return failed('unintelligible', `${label} answered with a redirect, which is never followed ${seen}.`);
  if (status >= 400) return failed('unintelligible', `${label} did not accept the question ${seen}.`);
  return failed('unintelligible', `${label} answered in an unknown way ${seen}.`);
}

/** The service's own name for the error, if it looks like a name; '' otherwise. */
function codeOf(heard: Heard): string {
  const envelope = v.safeParse(Envelope, parseJson(heard.body ?? ''));
  const code = heard.header('x-ms-error-code') ?? (envelope.success ? envelope.output.error.code : '');
  return CODE.test(code) ? code : '';
}
