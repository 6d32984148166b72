/** Poison messages: each operator hears of a message that the runtime gave up, whatever it holds. */
import { eventLine } from '../../../src/core/events';
import { openTables } from '../../../src/storage/tables';
import type { OutboxLine } from '../../../src/watch/ports';
import { tellPoison } from '../../../src/watch/sweep/operator-notices';
import { freshStorage } from '../../support/azurite';
import { testClock } from '../../support/clock';

const clock = testClock('2026-06-01T00:00:00Z');
const MESSAGE = { scope: 'iotCentralToken:contoso.azureiotcentral.com', tick: '2026-06-01T00:00:00.000Z' };

/** What is in the outbox after these messages, and what the log says. */
async function tell(messages: readonly unknown[], to: 'owners' | 'operators' | 'none' = 'owners') {
  const tables = openTables({ kind: 'connectionString', value: freshStorage() });
  await tables.ready();
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (text: string) => void warnings.push(text) };
  const mail = { to, operators: ['ops@example.com', 'eve@example.com'] };
  for (const message of messages) await tellPoison(message, { tables, clock, mail }, log);
  const lines: OutboxLine[] = [];
  for await (const owner of tables.outbox.byOwner()) lines.push(...owner.lines);
  return { lines: lines.map(({ reminder }) => reminder), warnings };
}

test('each operator hears of it with its text, and the log has it, too', async () => {
  const { lines, warnings } = await tell([MESSAGE]);
  expect(lines.map(({ owner }) => owner).sort()).toEqual(['eve@example.com', 'ops@example.com']);
  for (const line of lines)
    expect(line).toMatchObject({
      scope: 'sweeps',
      reason: 'poisoned',
      about: clock.now(),
      since: clock.now(),
      note: expect.stringContaining(JSON.stringify(MESSAGE)),
    });
  expect(warnings).toEqual([lines[0]?.note, eventLine('poison', { scope: MESSAGE.scope })]);
});

test('however often a scope fails in a day, each operator gets one line; another scope is another line', async () => {
  const later = { ...MESSAGE, tick: '2026-06-01T00:05:00.000Z' };
  const { lines } = await tell([MESSAGE, later, { ...MESSAGE, cursor: 'x' }, { ...MESSAGE, scope: 'other' }]);
  expect(lines).toHaveLength(2 * 2);
});

test('with MAIL_TO=none nothing is queued, but the log has it', async () => {
  const { lines, warnings } = await tell([MESSAGE], 'none');
  expect([lines.length, warnings.length]).toEqual([0, 2]);
});

test.each<[string, unknown]>([
  ['text that is no JSON', 'not { json'],
  ['nothing', undefined],
  ['null', null],
  ['a long one', { scope: 'x'.repeat(60_000) }],
  ['one that is cut within a character', `${'x'.repeat(298)}😀😀`],
  ['half a character', '\ud83d'],
  ['what a key can not hold', "a/b\\c#d?e'\t\n\u0000"],
])('a message that is %s is told, too, in a short text of whole characters', async (_, message) => {
  const { lines } = await tell([message]);
  expect(lines).toHaveLength(2);
  for (const { name, note = '' } of lines) {
    expect(note.length).toBeLessThan(1_000);
    // The store refuses a line with half a character in it.
    expect(`${name}${note}`).not.toMatch(/\p{Surrogate}/u);
  }
});
