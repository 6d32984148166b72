/** Stops the Azurite that global-setup.ts started (and whose global variable is declared there). */

export default async function globalTeardown(): Promise<void> {
  await globalThis.testAzurite?.close();
  globalThis.testAzurite = undefined;
}
