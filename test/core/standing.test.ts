import type { Expiry } from '../../src/core/expiry';
import {
  type Check,
  checkOf,
  fixedExpiry,
  isUndecided,
  type Standing,
  type StandingFacts,
  shownExpiry,
  standingOf,
} from '../../src/core/standing';
import { at, failing, fixed, state } from './states';

const dated = { minted: false, failing: false, expiresOn: at('06-30'), expiringFrom: at('05-31') };

test.each<[string, StandingFacts, number, Standing]>([
  ['before its widest threshold', dated, at('05-31') - 1, 'healthy'],
  ['at its widest threshold', dated, at('05-31'), 'expiring'],
  ['just before its expiry', dated, at('06-30') - 1, 'expiring'],
  ['at its expiry', dated, at('06-30'), 'expired'],
  ['long after', dated, at('12-31'), 'expired'],
  ['while reads fail: the last known expiry stands', { ...dated, failing: true }, at('05-01'), 'healthy'],
  [
    'without thresholds, up to its expiry',
    { ...dated, expiringFrom: at('06-30') },
    at('06-30') - 1,
    'healthy',
  ],
  ['that never expires', { ...dated, expiresOn: 'never' }, at('12-31'), 'healthy'],
  ['whose expiry is not known', { minted: false, failing: true }, at('06-01'), 'unknown'],
  ['minted, even past its last expiry', { ...dated, minted: true }, at('12-31'), 'healthy'],
  ['minted, while reads fail', { ...dated, minted: true, failing: true }, at('05-01'), 'unknown'],
])('the standing of one %s', (_, facts, now, standing) => expect(standingOf(facts, now)).toBe(standing));

const invalid = { faults: ['owners: x'], since: at('06-01') };
test.each<[string, Expiry, Check]>([
  ['never read', state(), 'pending'],
  ['read', fixed(at('06-30'), at('06-01')), 'ok'],
  ['never read well', state({ checkedOn: at('06-01'), ...failing(at('06-01')) }), 'failing'],
  ['failing after it was read', fixed(at('06-30'), at('06-01'), failing(at('06-02'))), 'failing'],
  ['of a row that is not understood', fixed(at('06-30'), at('06-01'), { invalid }), 'invalid'],
  [
    'of such a row, failing as well',
    fixed(at('06-30'), at('06-01'), { invalid, ...failing(at('06-02')) }),
    'invalid',
  ],
])('the check of one %s', (_, expiry, check) => expect(checkOf(expiry)).toBe(check));

test('only a fixed expiry with a date says something about the future; reports show none while it is undecided', () => {
  const expiry = at('06-30');
  const all = (more: Partial<Expiry>) => {
    const one = state(more);
    return [fixedExpiry(one), shownExpiry(one), isUndecided(one)];
  };
  expect(all({ expiresOn: expiry, evidence: 'fixed' })).toEqual([expiry, expiry, false]);
  expect(all({ expiresOn: expiry, evidence: 'first' })).toEqual([undefined, undefined, true]);
  expect(all({ expiresOn: expiry, evidence: 'moved' })).toEqual([undefined, undefined, true]);
  expect(all({ expiresOn: expiry, evidence: 'first', ...failing(at('06-01')) })).toEqual([
    undefined,
    undefined,
    true,
  ]);
  expect(all({ expiresOn: expiry, evidence: 'minted' })).toEqual([undefined, expiry, false]);
  expect(all({ expiresOn: 'never', evidence: 'fixed' })).toEqual([undefined, 'never', false]);
  expect(all({})).toEqual([undefined, undefined, false]);
});
