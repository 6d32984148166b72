/** Operation ids: the same digest sent twice carries the same id, so that the mail service can tell (UUIDv5, RFC 9562). */

import { createHash } from 'node:crypto';
import { addressKey } from '../../core/address';

const NAMESPACE = Buffer.from('2f7d0c5e8a4b4d0f9c3e6b1a7f5d2c84', 'hex');

/** The id of one attempt to send these lines to this owner. */
export function operationIdOf(owner: string, lineIds: readonly string[], attempt: number): string {
  const name = JSON.stringify([addressKey(owner), [...lineIds].sort(), attempt]);
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
