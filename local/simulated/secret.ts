/** Token values of the simulated services: a test can search for them wherever nothing secret may be. */
import { randomBytes } from 'node:crypto';

export function secret(prefix: 'SECRET-ARM-' | 'SECRET-IOT-'): string {
  return `${prefix}${randomBytes(30).toString('base64url')}`;
}
