/** Reads one target once: asks, and turns whatever comes back into an answer that can hold an expiry and nothing else. */

import { failed, type Reading } from '../core/reading';
import { parseInstant } from '../formats/instant';
import { parseJson } from '../formats/json';
import type { Answer } from '../watch/ports';
import type { Asked, Heard, Line } from './kind';
import { paceHints } from './pace-hints';
import { type KindWords, refusal } from './refusal';

/** What a kind's parser keeps of a 200's JSON: the expiry as written, that there is none, or that it makes no sense. */
export type Kept = { readonly expiry: string } | 'never' | 'nonsense';

export interface Question {
  readonly asked: Asked;
  readonly words: KindWords;
  keep(body: unknown): Kept;
}

/** Never rejects for anything the service does. */
export async function probe(line: Line, question: Question): Promise<Answer> {
  const heard = await line.ask(question.asked);
  if ('outcome' in heard) return { reading: heard };
  const reading =
    heard.status === 200
      ? readingOf(heard, line.service.label, question)
      : refusal(heard, line.service, question.words);
  return { reading, ...paceHints(heard) };
}

function readingOf(heard: Heard, label: string, { keep }: Question): Reading {
  if (heard.body === undefined)
    return failed('unintelligible', `The answer of ${label} was far too large, so it was not read.`);
  const body = parseJson(heard.body);
  if (body === undefined) return failed('unintelligible', `The answer of ${label} was no JSON.`);
  const kept = keep(body);
  if (kept === 'never') return { outcome: 'neverExpires' };
  if (kept === 'nonsense')
    return failed('unintelligible', `The answer of ${label} has not the documented shape.`);
  const expiresOn = parseInstant(kept.expiry);
  if (expiresOn !== undefined) return { outcome: 'expires', expiresOn };
  return failed('unintelligible', `The expiry in the answer of ${label} is no date-time of RFC 3339.`);
}
