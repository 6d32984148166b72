/** The codec of table keys must be reversible for whatever a service calls its things. */
import fc from 'fast-check';
import { hashOf } from '../../src/core/target';
import { decode, encode, keys } from '../../src/storage/keys';

const { spell, takeApart } = keys;

const HOSTILE = [
  '/',
  '\\',
  '#',
  '?',
  '%',
  '+',
  "'",
  '"',
  '~',
  ':',
  '|',
  '.',
  '..',
  ' ',
  '\0',
  '\u007f',
  '\u0085',
];
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE, '~2F', '~2f', '~ED~A0~80', 'é', '日', '😀', '\ufeff'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map(parts => parts.join(''));
const kind = fc.constantFrom('containerApp', 'iotCentralToken', 'a.kind-of_2027');
const identity = fc.record({
  kind,
  place: hostile,
  names: fc.array(hostile, { minLength: 1, maxLength: 3 }),
});

test('every text survives the way into a key and back', () => {
  fc.assert(fc.property(hostile, text => expect(decode(encode(text))).toBe(text)));
});

test('every identity survives the way into keys and back', () => {
  fc.assert(fc.property(identity, whole => expect(takeApart(spell(whole))).toEqual(whole)));
});

test('keys hold nothing that Table Storage forbids or that a URL changes', () => {
  fc.assert(
    fc.property(identity, whole => {
      const { scope, name } = spell(whole);
      expect(scope + name).toMatch(/^[A-Za-z0-9._~:-]*$/);
    }),
  );
});

test('two identities never share keys', () => {
  fc.assert(
    fc.property(identity, identity, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(JSON.stringify(spell(one)) === JSON.stringify(spell(other))).toBe(same);
    }),
  );
});

test('a text is decoded only if encode would have written it', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    hostile,
    fc.stringMatching(/^(~[0-9A-Fa-f]{2}|[a-z~:])*$/),
  );
  fc.assert(
    fc.property(texts, text => {
      const decoded = decode(text);
      expect(decoded === undefined || encode(decoded) === text).toBe(true);
    }),
  );
});

test.each([
  ['lower-case hex', '~2f'],
  ['an escape that is not needed', '~41'],
  ['an escape cut short', 'a~2'],
  ['a bare tilde', 'a~'],
  ['a character that has to be escaped', 'a b'],
  ['bytes that are no UTF-8', '~FF'],
  ['a character cut short', '~E2~82'],
  ['an overlong spelling', '~C0~AF'],
  ['a surrogate in bytes', '~ED~A0~80'],
  ['half a surrogate pair', '\ud800'],
])('decodes nothing from %s', (_what, text) => expect(decode(text)).toBeUndefined());

test('spells the documented examples', () => {
  expect(encode('a/b')).toBe('a~2Fb');
  expect(encode('20%')).toBe('20~25');
  expect(encode('€')).toBe('~E2~82~AC');
  expect(spell({ kind: 'containerApp', place: 'sub', names: ['group', 'app:1'] })).toEqual({
    scope: 'containerApp:sub',
    name: 'group:app~3A1',
  });
});

test('refuses half a surrogate pair, which no service can hold', () => {
  expect(() => encode('a\udc00b')).toThrow(RangeError);
});

test.each([
  ['a scope without a kind', { scope: 'nothing', name: 'a' }],
  ['an empty scope', { scope: '', name: 'a' }],
  ['a second colon in the scope', { scope: 'kind:a:b', name: 'a' }],
  ['a name that is not encoded', { scope: 'kind:a', name: "it's" }],
])('takes nothing apart from %s', (_what, key) => expect(takeApart(key)).toBeUndefined());

test('a key of an unknown kind is taken apart, too', () => {
  expect(takeApart({ scope: 'other:x', name: 'a:b' })).toEqual({
    kind: 'other',
    place: 'x',
    names: ['a', 'b'],
  });
});

test('a hash is 32 hexadecimal characters and tells where the scope ends', () => {
  expect(hashOf({ scope: 'a', name: 'bc' })).toMatch(/^[0-9a-f]{32}$/);
  expect(hashOf({ scope: 'a', name: 'bc' })).not.toBe(hashOf({ scope: 'ab', name: 'c' }));
});
