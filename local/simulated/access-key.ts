/** Checks that a request to the simulated mail service was signed with the resource's access key. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { header, type Received } from './answer';

const SCHEME = 'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=';

/**
 * The service's scheme: an HMAC-SHA256 of method, path and query, date, host and the body's hash.
 * The date's age is not checked: clients sign with the machine's clock, which is not the test's.
 */
export function isSigned(request: Received, accessKey: string): boolean {
  const date = header(request, 'x-ms-date');
  const hash = createHash('sha256').update(request.body).digest('base64');
  if (!date || header(request, 'x-ms-content-sha256') !== hash) return false;
  const host = header(request, 'host') ?? '';
  const signed = `${request.method}\n${request.target}\n${date};${host};${hash}`;
  const key = Buffer.from(accessKey, 'base64');
  return same(
    header(request, 'authorization') ?? '',
    SCHEME + createHmac('sha256', key).update(signed).digest('base64'),
  );
}

function same(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
