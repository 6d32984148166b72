import { traceIdOf, traceparentOf } from '../../src/formats/traceparent';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const GOOD = `00-${TRACE}-b7ad6b7169203331-01`;

test('a traceparent is taken as it is, and has the id of its trace', () => {
  expect([traceparentOf(GOOD), traceIdOf(GOOD)]).toEqual([GOOD, TRACE]);
});

test.each([
  undefined,
  null,
  7,
  {},
  '',
  `${GOOD}-more`,
  GOOD.toUpperCase(),
  GOOD.replace(/^00/, 'ff'),
  GOOD.replace(TRACE, '0'.repeat(32)),
  GOOD.replace('b7ad6b7169203331', '0'.repeat(16)),
  `${GOOD}\n`,
  'ada@example.com',
])('%j is no traceparent', text => {
  expect(traceparentOf(text)).toBeUndefined();
});

test('what is no traceparent has no trace', () => {
  expect([traceIdOf(undefined), traceIdOf('x')]).toEqual([undefined, undefined]);
});
