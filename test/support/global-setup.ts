/** Starts the one Azurite of a test run; tests learn its addresses from the environment (see azurite.ts). */
import { type RunningAzurite, startAzurite } from '../../local/azurite';

declare global {
  /** Handed from Jest's global setup to its global teardown; tests live in other realms and don't see it. */
  var testAzurite: RunningAzurite | undefined;
}

export default async function globalSetup(): Promise<void> {
  const azurite = await startAzurite({ accounts: 'any' });
  globalThis.testAzurite = azurite;
  process.env.TEST_AZURITE_TABLE_URL = azurite.tableUrl;
  process.env.TEST_AZURITE_QUEUE_URL = azurite.queueUrl;
}
