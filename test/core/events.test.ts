/** The lines of events: one line of JSON that begins with the name, without an address. */
import { EVENTS, eventLine } from '../../src/core/events';

const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';

test('an event is one line of JSON that begins with its name, so that a query can look for it', () => {
  expect(eventLine('readFailed', { scope: SCOPE, code: 'timeout', reads: 3 })).toBe(
    `{"event":"readFailed","scope":"${SCOPE}","code":"timeout","reads":3}`,
  );
});

test('a field that is not known is left out', () => {
  const mail = {
    operation: 'o',
    attempt: 1,
    transport: 'acs',
    reminders: 2,
    outcome: 'refused',
    cause: undefined,
  };
  expect(Object.keys(JSON.parse(eventLine('mailFailed', mail)))).toEqual([
    'event',
    'operation',
    'attempt',
    'transport',
    'reminders',
    'outcome',
  ]);
});

test.each([
  ['ada@example.com', '(address)'],
  ['iotCentralToken:ada~40example.com', '(address)'],
  ['of Ada <ada@example.com>', 'of Ada (address)'],
  ['a\nb', 'a\nb'],
  ['x'.repeat(5_000), expect.stringMatching(/^x{199}…$/)],
])('a scope whose key is %j is shown without an address, on one line and short', (scope, shown) => {
  const line = eventLine('poison', { scope });
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({ event: 'poison', scope: shown });
});

test('no field is called as the name of the event is', () => {
  expect(Object.values(EVENTS).flat()).not.toContain('event');
});
