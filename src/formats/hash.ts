/** Hashes: SHA-256 as hexadecimal text, wherever a short stable name for a longer text is needed. */
import { createHash } from 'node:crypto';

/** @returns 64 hexadecimal characters for the UTF-8 bytes of a text. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
