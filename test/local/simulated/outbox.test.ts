/** The outbox that a person reads in the demo: it shows everything, and no mail can do harm. */
import {
  type SimulatedCommunication,
  startSimulatedCommunication,
} from '../../../local/simulated/communication';
import { ask } from './ask';

const HOSTILE = `<script>alert('1')</script>"&`;
let clock = Date.parse('2027-01-01T09:30:00Z');
let service: SimulatedCommunication;

beforeEach(async () => {
  service = await startSimulatedCommunication({ now: () => clock, perMinute: 1_000, perHour: 1_000 });
});
afterEach(() => service.close());

async function send(
  subject: string,
  content: object = { plainText: 'text' },
  to = 'ada@example.com',
  more: object = {},
): Promise<void> {
  const message = {
    senderAddress: 'watcher@example.com',
    content: { subject, ...content },
    recipients: { to: [{ address: to }] },
    ...more,
  };
  const headers = { 'content-type': 'application/json' };
  const url = `${service.url}/emails:send?api-version=2025-09-01`;
  expect((await ask('POST', url, { headers, body: JSON.stringify(message) })).status).toBe(202);
  clock += 60_000;
}
const look = (path: string) => ask('GET', service.url + path);

test('is empty and says so', async () => {
  const { status, headers, text } = await look('/');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('No mail yet');
});

test('lists the newest mail first, with recipient, subject and instant', async () => {
  await send('The first');
  await send('The second', { plainText: 'text' }, 'bob@example.com');
  const { text } = await look('/');
  expect(text.indexOf('The second')).toBeLessThan(text.indexOf('The first'));
  expect(text).toContain('bob@example.com');
  expect(text).toContain('2027-01-01 09:30:00 UTC');
  expect(text).toContain('2 mails, newest first.');
});

test('lists the newest 200 of many, and opens every one', async () => {
  for (let count = 1; count <= 201; count += 1) await send(`Mail ${count}.`);
  const { text } = await look('/');
  expect(text).toContain('Mail 201.');
  expect(text).not.toContain('Mail 1.');
  expect((await look('/outbox/1')).text).toContain('Mail 1.');
});

test('opens a mail with its text, and its HTML in a frame', async () => {
  await send('Soon', { plainText: 'In 3 days.', html: '<p>In 3 days.</p>' });
  const { text } = await look('/outbox/1');
  expect(text).toContain('<pre tabindex="0">In 3 days.</pre>');
  expect(text).toMatch(
    /<iframe src="\/outbox\/1\/html" sandbox="allow-popups allow-popups-to-escape-sandbox"/,
  );
  expect(text).toContain('watcher@example.com');
  await send('Text only');
  expect((await look('/outbox/2')).text).not.toContain('<iframe');
});

test('shows the HTML part unchanged, except that its links open in a new tab', async () => {
  await send('Soon', { html: '<p>In <b>3</b> days.</p>' });
  await send('Soon', {
    html: '<!doctype html><html><head class="x"><title>$&</title></head><body></body></html>',
  });
  expect((await look('/outbox/1/html')).text).toBe('<base target="_blank"><p>In <b>3</b> days.</p>');
  expect((await look('/outbox/2/html')).text).toBe(
    '<!doctype html><html><head class="x"><base target="_blank"><title>$&</title></head><body></body></html>',
  );
});

test('escapes all text of a mail', async () => {
  await send(HOSTILE, { plainText: HOSTILE });
  for (const path of ['/', '/outbox/1']) {
    const { text } = await look(path);
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;');
  }
});

test('no page can load or run anything; a mail can use its own styles', async () => {
  await send('Soon', { html: '<p>x</p>', plainText: 'x' });
  for (const path of ['/', '/outbox/1', '/outbox/9']) {
    const policy = (await look(path)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(policy).not.toMatch(/script-src|unsafe/);
  }
  const policy = (await look('/outbox/1/html')).headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'.*; sandbox allow-popups/);
});

test('marks what was accepted and not delivered', async () => {
  service.recipient('gone@example.com', 'suppressed');
  await send('Soon', { plainText: 'x' }, 'gone@example.com');
  expect((await look('/')).text).toContain('Not delivered: EmailDroppedAllRecipientsSuppressed');
  expect((await look('/outbox/1')).text).toContain('all recipients were suppressed');
});

test('knows no other mail, part or method', async () => {
  await send('Soon');
  for (const path of ['/outbox/2', '/outbox/0', '/outbox/x', '/outbox/', '/outbox/1/html', '/outbox/1/other'])
    expect((await look(path)).status).toBe(404);
  expect((await ask('POST', `${service.url}/`)).status).toBe(405);
});

test('an attachment is saved under its name, with its type and its bytes', async () => {
  const ics = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';
  const attachments = [
    { name: 'é x.ics', contentType: 'text/calendar', contentInBase64: Buffer.from(ics).toString('base64') },
  ];
  await send('With a date', { plainText: 'text' }, 'ada@example.com', { attachments });
  expect((await look('/outbox/1')).text).toContain('<a href="/outbox/1/file/0">é x.ics</a>');
  const { headers, text } = await look('/outbox/1/file/0');
  expect(text).toBe(ics);
  expect(headers.get('content-type')).toBe('text/calendar');
  expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%A9%20x.ics");
  expect((await look('/outbox/1/file/1')).status).toBe(404);
});

test('the button "A day later" is there where a day can pass, and no other site can press it', async () => {
  expect((await look('/')).text).not.toContain('A day later');
  expect((await ask('POST', `${service.url}/outbox/day-later`)).status).toBe(405);
  let days = 0;
  const passDay = async () => {
    days += 1;
  };
  const world = await startSimulatedCommunication({ now: () => clock, passDay });
  const press = (site: string) =>
    ask('POST', `${world.url}/outbox/day-later`, { headers: { 'sec-fetch-site': site }, redirect: 'manual' });
  try {
    expect((await ask('GET', `${world.url}/`)).text).toContain('<button>A day later</button>');
    expect((await press('cross-site')).status).toBe(403);
    expect(days).toBe(0);
    expect((await press('same-origin')).status).toBe(303);
    expect(days).toBe(1);
  } finally {
    await world.close();
  }
});
