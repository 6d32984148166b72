/** Stops the Azurite that global-setup.ts started; the global variable is declared there. */

export default async function globalTeardown(): Promise<void> {
  await globalThis.testAzurite?.close();
  globalThis.testAzurite = undefined;
}
