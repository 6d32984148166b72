/** Forms as browsers send them: each field comes once, in any of the two encodings, and a file with its bytes. */
import { mediaType } from './content';
import type { Request } from './route';

export interface SentFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface MultipartForm {
  readonly texts: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, SentFile>;
}

/** The fields of a form; undefined where one comes twice. */
export function fieldsOf(body: string): ReadonlyMap<string, string> | undefined {
  const entries = [...new URLSearchParams(body)];
  const fields = new Map(entries);
  return fields.size === entries.length ? fields : undefined;
}

/** Whether a form has exactly these fields. */
export function hasExactly(fields: ReadonlyMap<string, string>, expected: readonly string[]): boolean {
  return fields.size === expected.length && expected.every(name => fields.has(name));
}

/**
 * A `multipart/form-data` form, parsed by Node itself.
 * @returns the status of the refusal where it is none: 413, 415 or 400
 */
export async function readMultipart(
  { header, bytes }: Pick<Request, 'header' | 'bytes'>,
  mostBytes: number,
): Promise<MultipartForm | { readonly status: 400 | 413 | 415 }> {
  const type = header('content-type');
  if (mediaType(type) !== 'multipart/form-data') return { status: 415 };
  if (Number(header('content-length')) > mostBytes) return { status: 413 };
  const body = await bytes(mostBytes);
  if (!body) return { status: 413 };
  const form = await formIn(body, type ?? '');
  if (!form) return { status: 400 };
  const texts = new Map<string, string>();
  const files = new Map<string, SentFile>();
  for (const [field, value] of form) {
    if (texts.has(field) || files.has(field)) return { status: 400 };
    if (typeof value === 'string') texts.set(field, value);
    else files.set(field, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { texts, files };
}

async function formIn(body: Uint8Array, type: string) {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    // The body is in memory, so every fault is one of the form: it is none, or ends too early.
    return undefined;
  }
}
