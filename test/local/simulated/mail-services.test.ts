/** The simulated mail services side by side: whichever takes a mail, the one outbox shows it. */
import { renderDigest } from '../../../src/email/render';
import { every } from '../../email/digests';
import { type MailBench, openBench } from '../../support/mail-services';
import { ask } from './ask';

const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';

let bench: MailBench;
afterEach(async () => {
  await bench.mailer.close();
  await bench.services.close();
});

test.each(['acs', 'smtp', 'graph'] as const)(
  'a mail by %s is in the outbox, with all its parts',
  async name => {
    bench = await openBench(name);
    await bench.mailer.send(every(), ID);
    const { url } = bench.services.communication;
    const page = await ask('GET', `${url}/outbox/1`);
    expect(page.text).toContain('<dd>watcher@example.com</dd>');
    expect(page.text).toContain(ID);
    expect(page.text).toContain('expiries.ics');
    const part = await ask('GET', `${url}/outbox/1/html`);
    expect(part.text.replace('<base target="_blank">', '').trim()).toBe(renderDigest(every()).html.trim());
  },
);

test('the settings name one service alone', async () => {
  bench = await openBench('smtp');
  expect(Object.keys(bench.services.settings)).toEqual(['SMTP_URL', 'MAIL_SENDER']);
  expect([bench.services.graph, bench.services.smtp?.url]).toEqual([
    undefined,
    expect.stringMatching(/^smtp:\/\/127\.0\.0\.1:\d+$/),
  ]);
});
