import { isKnown, parseCondition, weakOver } from '../../src/web/etag';

const headers = (some: Record<string, string>) => (name: string) => some[name] ?? null;

test.each<[Record<string, string>, object]>([
  [{}, {}],
  [{ 'if-match': '*' }, { ifMatch: '*' }],
  [{ 'if-match': '"a", "b"' }, { ifMatch: ['a', 'b'] }],
  // RFC 9110, 13.1.1: If-Match compares strongly, If-None-Match weakly.
  [{ 'if-match': 'W/"a", "b"' }, { ifMatch: ['b'] }],
  [{ 'if-none-match': 'W/"a"' }, { ifNoneMatch: ['a'] }],
  [{ 'if-match': '"a,b"' }, { ifMatch: ['a,b'] }],
])('%p is understood', (some, condition) => expect(parseCondition(headers(some))).toEqual(condition));

test.each(['', 'a', '"a', 'w/"a"', '"a" x', '**', '"a" "b"'])('%j is a fault that is named', text => {
  expect(parseCondition(headers({ 'if-match': text }))).toMatchObject({
    faults: [{ parameter: 'If-Match' }],
  });
});

test('the parser needs no more time for a longer nonsense', () => {
  const start = process.hrtime.bigint();
  parseCondition(headers({ 'if-match': `${'"a" '.repeat(1_000)}x` }));
  expect(Number(process.hrtime.bigint() - start)).toBeLessThan(1e9);
});

test('an answer is known by its tag, weak or not', () => {
  const etag = weakOver({ a: 1 });
  expect(weakOver({ a: 2 })).not.toBe(etag);
  for (const tag of [etag, etag.replace('W/', ''), '*', `"x", ${etag}`])
    expect([tag, isKnown(etag, headers({ 'if-none-match': tag }))]).toEqual([tag, true]);
  expect(isKnown(etag, headers({}))).toBe(false);
});
