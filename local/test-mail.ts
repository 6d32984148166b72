/** `npm start -- --live --test-mail`: one test mail by the developer's own settings, and what the transport answered. */
import { createApp } from '../src/app';
import { counted } from '../src/formats/when';

/**
 * Prints one sentence. The mail counts in the quota of the live watcher on this machine, whose tables these are.
 * @returns the exit code
 * @throws BadSettings, which names every wrong setting
 */
export async function sendTestMail(env: NodeJS.ProcessEnv, connectionString: string): Promise<number> {
  // A test mail has no links, so it needs no secret for them.
  const withoutLinks = { LINK_SECRET: '', LINK_SECRET_PREVIOUS: '' };
  const app = createApp({ ...env, ...withoutLinks, AzureWebJobsStorage: connectionString });
  const silent = { info: () => undefined, warn: () => undefined };
  const result = await app.testMail(undefined, silent);
  switch (result.is) {
    case 'taken':
      console.log(`By ${result.transport} to ${result.to}: ${result.answer}`);
      return 0;
    case 'notTaken':
      console.error(`By ${result.transport} to ${result.to}: ${result.answer}`);
      return 1;
    case 'quotaSpent':
      console.error(
        `Nothing was sent: the mail quota is spent. Try again in ${counted(Math.ceil(result.retryAfterMs / 1_000), 'second')}.`,
      );
      return 1;
    default:
      console.error(`Nothing was sent: ${result.reason}`);
      return 1;
  }
}
