/** Reads the body of a request as text. Its media type and its size are checked before it is read, then its UTF-8. */
import { isUtf8 } from 'node:buffer';
import { problem, type Response } from './problem';
import type { Request } from './route';

/** For the forms of pages. */
export const FORM: BodyRule = { types: ['application/x-www-form-urlencoded'], mostBytes: 64 * 1_024 };

export interface BodyRule {
  readonly types: readonly string[];
  readonly mostBytes: number;
}

export async function readContent(
  { header, bytes }: Pick<Request, 'header' | 'bytes'>,
  { types, mostBytes }: BodyRule,
): Promise<{ readonly text: string } | { readonly refusal: Response }> {
  if (!types.includes(mediaType(header('content-type'))))
    return { refusal: problem('wrong-content-type', `Send ${types.join(' or ')}, in UTF-8.`) };
  const tooLarge = { refusal: problem('too-large', `A body has at most ${mostBytes / 1_024} KiB.`) };
  if (Number(header('content-length')) > mostBytes) return tooLarge;
  // The header may be absent or wrong, so the bytes are counted too.
  const body = await bytes(mostBytes);
  if (body === undefined) return tooLarge;
  if (!isUtf8(body)) return { refusal: problem('bad-body', 'It is not UTF-8.') };
  // The decoder drops the byte order mark that spreadsheets write.
  return { text: new TextDecoder().decode(body) };
}

export function mediaType(header: string | null): string {
  return (header ?? '').split(';', 1).join('').trim().toLowerCase();
}
