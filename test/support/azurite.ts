/** Storage for a test: its own account in the one Azurite of the run, so that tests share no data. */
import { randomUUID } from 'node:crypto';
import { emulatorConnectionString } from '../../local/connection-string';

/**
 * A connection string of a new account. The Azurite of the run serves any account name; a random one needs no counter
 * that test workers share.
 */
export function freshStorage(): string {
  const account = `t${randomUUID().replaceAll('-', '').slice(0, 23)}`;
  return emulatorConnectionString(account, {
    tableUrl: fromSetup('TEST_AZURITE_TABLE_URL'),
    queueUrl: fromSetup('TEST_AZURITE_QUEUE_URL'),
  });
}

function fromSetup(name: string): string {
  const url = process.env[name];
  if (url === undefined)
    throw new Error(`${name} is not set: run tests through Jest, whose global setup starts Azurite`);
  return url;
}
