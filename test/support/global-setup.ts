/** Starts the one Azurite of a test run, and puts its addresses into the environment of the tests. */
import { type RunningAzurite, startAzurite } from '../../local/azurite';
import { noProxy } from '../../local/ports';

declare global {
  /** Passed from Jest's global setup to its global teardown; tests can't see it. */
  var testAzurite: RunningAzurite | undefined;
}

export default async function globalSetup(): Promise<void> {
  const azurite = await startAzurite({ anyAccount: true });
  globalThis.testAzurite = azurite;
  Object.assign(process.env, noProxy(process.env));
  process.env.TEST_AZURITE_TABLE_URL = azurite.tableUrl;
  process.env.TEST_AZURITE_QUEUE_URL = azurite.queueUrl;
}
