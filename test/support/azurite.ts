/** Storage for a test: an account of its own in the run's one Azurite, so that tests never meet. */
import { randomUUID } from 'node:crypto';
import { emulatorConnectionString } from '../../local/connection-string';

/**
 * A connection string of an account that nobody has used. The run's Azurite serves whatever account it is asked
 * for, and a random name needs no counter shared by workers and module registries.
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
