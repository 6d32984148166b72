/** Former recipients: whose part of a state may go, and that a crowded row always gets room. */
import type { Expiry } from '../../src/core/expiry';
import { forgettable, isCrowded } from '../../src/core/former';
import { at, failing, fixed, told } from './states';

const EVE = 'eve@example.com';
const EXPIRY = at('06-30');
const OLD = at('03-01');
const NOW = at('06-24');

const forgets = (more: Partial<Expiry>, recipients: readonly string[] = ['Ada@Example.com']) =>
  forgettable(fixed(EXPIRY, NOW, more), recipients, NOW);
const line = (about: number, reason = '7d') => new Map([[EVE, [told(reason, about, about)]]]);
const snooze = { about: EXPIRY, until: at('07-10'), reason: 'x', on: OLD };

test('people who left go when nothing of them is about what is now', () => {
  expect(forgets({ told: line(OLD) })).toEqual([EVE]);
  expect(forgets({ snoozes: new Map([[EVE, { ...snooze, about: OLD }]]) })).toEqual([EVE]);
  expect(forgets({ snoozes: new Map([[EVE, { ...snooze, until: at('06-01') }]]) })).toEqual([EVE]);
  expect(forgets({ mutes: new Map([[EVE, [{ about: OLD, on: OLD }]]]) })).toEqual([EVE]);
});

test.each<[string, Partial<Expiry>]>([
  ['the expiry', { told: line(EXPIRY) }],
  ['a failure', { told: line(OLD, 'unreadable'), ...failing(OLD) }],
  ['a failure that ended', { told: line(OLD, 'readable'), recovered: { since: OLD, on: NOW } }],
  ['a fault of the row', { told: line(OLD, 'invalid'), invalid: { faults: ['x'], since: OLD } }],
  ['a snooze', { snoozes: new Map([[EVE, snooze]]) }],
  ['what bounds a snooze', { mutes: new Map([[EVE, [{ about: EXPIRY, on: OLD }]]]) }],
])('people who left stay while something of them is about %s', (_what, more) => {
  expect(forgets(more)).toEqual([]);
});

test('owners and operators stay, in any spelling', () => {
  expect(forgets({ told: line(OLD) }, ['EVE@example.com'])).toEqual([]);
});

test('in a crowded row all who left go, whatever is recorded of them', () => {
  const many = (about: number) =>
    new Map(Array.from({ length: 200 }, (_, index) => [`p${index}@example.com`, [told('7d', about, about)]]));
  const state = fixed(EXPIRY, NOW, { told: new Map([...many(EXPIRY), ...line(EXPIRY)]) });
  expect(isCrowded(state)).toBe(true);
  expect(forgettable(state, [EVE], NOW)).toHaveLength(200);
  expect(isCrowded(fixed(EXPIRY, NOW, { told: line(EXPIRY) }))).toBe(false);
  // Where those of whom nothing is in force make room enough, the others stay.
  const mixed = new Map([...many(OLD), ['late@example.com', [told('7d', EXPIRY, EXPIRY)]] as const]);
  expect(forgets({ told: mixed })).toHaveLength(200);
});
