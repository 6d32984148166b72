/** A request's body, taken only when it is of the right type, small enough and valid UTF-8. */
import { isUtf8 } from 'node:buffer';
import { type Answer, problem } from '../problem';

export interface Content {
  readonly type: string | null;
  /** What the request says; the bytes have the last word. */
  readonly length: string | null;
  bytes(): Promise<ArrayBuffer>;
}

export interface Taken {
  readonly types: readonly string[];
  readonly mostBytes: number;
}

export const JSON_ROW: Taken = { types: ['application/json'], mostBytes: 64 * 1_024 };
export const CSV_FILE: Taken = { types: ['text/csv'], mostBytes: 8 * 1_024 * 1_024 };

export async function readContent(
  content: Content,
  { types, mostBytes }: Taken,
): Promise<{ readonly text: string } | { readonly answer: Answer }> {
  if (!types.includes(mediaType(content.type)))
    return { answer: problem('wrong-content-type', `Send ${types.join(' or ')}, in UTF-8.`) };
  const tooLarge = { answer: problem('too-large', `A body has at most ${mostBytes / 1_024} KiB.`) };
  if (Number(content.length) > mostBytes) return tooLarge;
  const bytes = await content.bytes();
  if (bytes.byteLength > mostBytes) return tooLarge;
  if (!isUtf8(bytes)) return { answer: problem('bad-body', 'It is not UTF-8.') };
  // Without its byte order mark, which spreadsheets put there.
  return { text: new TextDecoder().decode(bytes) };
}

function mediaType(header: string | null): string {
  return (header ?? '').split(';', 1).join('').trim().toLowerCase();
}
