/** Sends two mails in a process of its own and prints the answers, so that a test can set what Node reads at its start. */
import { createMailer } from '../../../src/email/transports/smtp';
import { oneLine } from '../../email/digests';

const [port, options = '{}'] = process.argv.slice(2);
const { token, ...rest } = JSON.parse(options);
const asked: unknown[] = [];

async function main(): Promise<void> {
  const mailer = createMailer({
    transport: 'smtp',
    host: '127.0.0.1',
    port: Number(port),
    sender: 'watcher@example.com',
    timeoutMs: 5_000,
    credential: {
      getToken: async scopes => {
        asked.push(scopes);
        return token === undefined ? null : { token, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    },
    ...rest,
  });
  const ids = ['3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f', '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e50'];
  const answers: unknown[] = [];
  for (const id of ids) answers.push(await mailer.send(oneLine(), id));
  await mailer.close();
  console.log(JSON.stringify({ answers, asked }));
}

void main();
