/** Reads the body of a request as text. Its media type and its size are checked before it is read, then its encoding. */
import { isUtf8 } from 'node:buffer';
import { problem, type Response } from './problem';
import type { Request } from './route';

/** For the forms of pages. */
export const FORM: BodyRule = { types: ['application/x-www-form-urlencoded'], mostBytes: 64 * 1_024 };

export interface BodyRule {
  readonly types: readonly string[];
  readonly mostBytes: number;
  /** Files that spreadsheets save: UTF-16 with a byte order mark is read too. */
  readonly isSpreadsheet?: boolean;
}

/** The encodings that begin with a byte order mark of two bytes. */
const UTF_16 = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;
const SAVE_AS_UTF_8 =
  "save it in the spreadsheet as 'CSV UTF-8' (Excel), or with the character set 'Unicode (UTF-8)' (LibreOffice)";

export async function readContent(
  { header, bytes }: Pick<Request, 'header' | 'bytes'>,
  { types, mostBytes, isSpreadsheet = false }: BodyRule,
): Promise<{ readonly text: string } | { readonly refusal: Response }> {
  if (!types.includes(mediaType(header('content-type'))))
    return { refusal: problem('wrong-content-type', `Send ${types.join(' or ')}, in UTF-8.`) };
  const tooLarge = { refusal: problem('too-large', `A body has at most ${mostBytes / 1_024} KiB.`) };
  if (Number(header('content-length')) > mostBytes) return tooLarge;
  // The header may be absent or wrong, so the bytes are counted too.
  const body = await bytes(mostBytes);
  if (body === undefined) return tooLarge;
  const read = isSpreadsheet ? readSpreadsheet(body) : { text: utf8Text(body), fault: 'It is not UTF-8.' };
  return read.text === undefined ? { refusal: problem('bad-body', read.fault) } : { text: read.text };
}

/** The text of a file that a spreadsheet saved, or a sentence that says why it can't be read. */
export function readSpreadsheet(file: Uint8Array): {
  readonly text: string | undefined;
  readonly fault: string;
} {
  const text = spreadsheetText(file);
  return { text, fault: text === undefined ? `${whereNotUtf8(file)}; ${SAVE_AS_UTF_8}.` : '' };
}

/** The decoder drops the byte order mark. */
function utf8Text(body: Uint8Array): string | undefined {
  return isUtf8(body) ? new TextDecoder().decode(body) : undefined;
}

/** Undefined for another encoding, and for UTF-16 without its mark: it cannot be told from UTF-8 with null characters. */
function spreadsheetText(body: Uint8Array): string | undefined {
  const utf16 = UTF_16.find(({ mark }) => mark.every((byte, index) => body[index] === byte));
  if (!utf16) return body.subarray(0, 2).includes(0) ? undefined : utf8Text(body);
  return body.length % 2 === 0 ? new TextDecoder(utf16.encoding).decode(body) : undefined;
}

function whereNotUtf8(body: Uint8Array): string {
  const before = new TextDecoder().decode(body).split('\uFFFD', 1).join('');
  const line = before.split(/\r\n|\r|\n/).length;
  return `The file is neither UTF-8 nor UTF-16 with a byte order mark, as line ${line} shows`;
}

export function mediaType(header: string | null): string {
  return (header ?? '').split(';', 1).join('').trim().toLowerCase();
}
