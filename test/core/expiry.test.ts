import { type Evidence, type Expiry, withReading } from '../../src/core/expiry';
import { failed, type Reading } from '../../src/core/reading';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { at, failing, fixed, state, told } from './states';

const expires = (expiresOn: number): Reading => ({ outcome: 'expires', expiresOn });
const never: Reading = { outcome: 'neverExpires' };
const missing = failed('missing', 'it knows no such token');
const timeout = failed('timeout', 'no answer in 10 s');

/** Takes readings one after the other. @returns the evidence after each, all events, and the last state */
function read(mayMint: boolean, readings: readonly [Reading, number][], before: Expiry = state()) {
  let after = before;
  const evidence: (Evidence | undefined)[] = [];
  const events: string[] = [];
  for (const [reading, now] of readings) {
    const updated = withReading(after, reading, now, mayMint);
    after = updated.after;
    evidence.push(after.evidence);
    events.push(
      ...updated.events.map(event => ('note' in event ? `${event.type}: ${event.note}` : event.type)),
    );
  }
  return { after, evidence, events };
}

describe('evidence of a target that may mint (rule 7)', () => {
  const [a, b, c, d] = [at('07-01'), at('07-02'), at('07-03'), at('07-04')];
  const now = at('06-01');
  test.each<[string, Reading[], Evidence[]]>([
    ['one reading decides nothing', [expires(a)], ['first']],
    ['a repeated expiry is fixed', [expires(a), expires(a)], ['first', 'fixed']],
    ['one move decides nothing', [expires(a), expires(b)], ['first', 'moved']],
    ['two moves are minted', [expires(a), expires(b), expires(c)], ['first', 'moved', 'minted']],
    ['a move, then a repeat, is fixed', [expires(a), expires(b), expires(b)], ['first', 'moved', 'fixed']],
    [
      'a fixed one that moves is undecided',
      [expires(a), expires(a), expires(b)],
      ['first', 'fixed', 'moved'],
    ],
    [
      'a fixed one that moves twice is minted',
      [expires(a), expires(a), expires(b), expires(c)],
      ['first', 'fixed', 'moved', 'minted'],
    ],
    [
      'a renewed one is fixed again',
      [expires(a), expires(a), expires(b), expires(b)],
      ['first', 'fixed', 'moved', 'fixed'],
    ],
    [
      'a minted one stays so while it moves',
      [expires(a), expires(b), expires(c), expires(d)],
      ['first', 'moved', 'minted', 'minted'],
    ],
    [
      'a minted one that stands still is fixed',
      [expires(a), expires(b), expires(c), expires(c)],
      ['first', 'moved', 'minted', 'fixed'],
    ],
    ['moving back is a move, too', [expires(b), expires(b), expires(a)], ['first', 'fixed', 'moved']],
    ['never, twice, is fixed', [never, never], ['first', 'fixed']],
    ['a failure changes nothing', [expires(a), timeout, expires(a)], ['first', 'first', 'fixed']],
    [
      'a failure between moves changes nothing',
      [expires(a), expires(b), timeout, expires(c)],
      ['first', 'moved', 'moved', 'minted'],
    ],
  ])('%s', (_, readings, evidence) => {
    expect(
      read(
        true,
        readings.map((reading, index) => [reading, now + index * MINUTE]),
      ).evidence,
    ).toEqual(evidence);
  });

  test('a target that can not mint is fixed from the first reading on', () => {
    expect(
      read(false, [
        [expires(a), now],
        [expires(b), now + 1],
        [never, now + 2],
      ]).evidence,
    ).toEqual(['fixed', 'fixed', 'fixed']);
  });
});

describe('a reading that succeeds', () => {
  test('is recorded with its instant', () => {
    const { after, events } = read(false, [[expires(at('07-01')), at('06-01')]]);
    expect(after).toEqual(
      state({ checkedOn: at('06-01'), readOn: at('06-01'), expiresOn: at('07-01'), evidence: 'fixed' }),
    );
    expect(events).toEqual([]);
  });

  test('of a target that never expires is recorded as never', () => {
    expect(read(false, [[never, at('06-01')]]).after.expiresOn).toBe('never');
  });

  test.each([
    [1, 'after 1 failed read'],
    [4, 'after 4 failed reads'],
  ])('ends a failure of %s reads and says so', (count, words) => {
    const before = fixed(at('07-01'), at('06-01'), failing(at('06-02'), { count }));
    const { after, events } = read(false, [[expires(at('07-01')), at('06-03')]], before);
    const recovered = { since: at('06-02'), on: at('06-03') };
    expect(after).toEqual(fixed(at('07-01'), at('06-03'), { recovered }));
    expect(events).toEqual([`recovered: ${words}`]);
  });

  test('remembers the last failure that ended until another begins', () => {
    const recovered = { since: at('06-02'), on: at('06-03') };
    const before = fixed(at('07-01'), at('06-03'), { recovered });
    expect(read(false, [[expires(at('07-01')), at('06-04')]], before).after.recovered).toEqual(recovered);
    expect(read(false, [[timeout, at('06-04')]], before).after).toMatchObject({ recovered: undefined });
  });

  test('keeps what others wrote', () => {
    const others = {
      told: new Map([['ada@example.com', [told('7d', at('07-01'), at('06-24'))]]]),
      snoozes: new Map([
        ['ada@example.com', { about: at('07-01'), until: at('06-30'), reason: 'on it', on: at('06-24') }],
      ]),
      calendarKeys: ['k'],
      listingHash: 'x',
    };
    expect(
      read(false, [[expires(at('08-01')), at('06-03')]], fixed(at('07-01'), at('06-01'), others)).after,
    ).toMatchObject(others);
  });
});

describe('renewal', () => {
  const before = fixed(at('07-01'), at('06-01'));

  test('a later expiry is renewed, and shows the lifetime', () => {
    const { after, events } = read(false, [[expires(at('07-31')), at('06-01 06:00')]], before);
    expect(events).toEqual(['renewed']);
    expect(after.lifetimeMs).toBe(at('07-31') - at('06-01 06:00'));
    expect(after.renewed).toEqual({ from: at('07-01'), on: at('06-01 06:00') });
  });

  test('belongs to the current expiry: it stays with repeats and failures, and ends with the next expiry', () => {
    const renewed = { from: at('07-01'), on: at('06-02') };
    const after = fixed(at('07-31'), at('06-02'), { renewed });
    const later = (reading: Reading) => read(false, [[reading, at('06-03')]], after).after.renewed;
    expect(later(expires(at('07-31')))).toEqual(renewed);
    expect(later(timeout)).toEqual(renewed);
    expect(later(expires(at('08-31')))).toEqual({ from: at('07-31'), on: at('06-03') });
    expect(later(expires(at('07-20')))).toBeUndefined();
    expect(later(never)).toBeUndefined();
  });

  test('of a target that may mint survives a failure between the move and its repeat', () => {
    const seen: [Reading, number][] = [
      [expires(at('07-31')), at('06-02')],
      [timeout, at('06-02 00:05')],
      [expires(at('07-31')), at('06-02 00:10')],
    ];
    expect(read(true, seen.slice(0, 2), before).after).toMatchObject({ renewed: undefined });
    const { after } = read(true, seen, before);
    expect(after.renewed).toEqual({ from: at('07-01'), on: at('06-02') });
  });

  test('its event tells from and to', () => {
    expect(withReading(before, expires(at('07-31')), at('06-02'), false).events).toEqual([
      { type: 'renewed', on: at('06-02'), from: at('07-01'), to: at('07-31') },
    ]);
  });

  test('an earlier expiry is shortened, and shows no lifetime', () => {
    const { after, events } = read(false, [[expires(at('06-20')), at('06-02')]], {
      ...before,
      lifetimeMs: 30 * DAY,
    });
    expect(events).toEqual(['shortened']);
    expect(after).toEqual(fixed(at('06-20'), at('06-02')));
  });

  test('a repeated reading keeps the lifetime, a new expiry measures its own', () => {
    const twice = read(
      false,
      [
        [expires(at('07-31')), at('06-02')],
        [expires(at('07-31')), at('06-03')],
      ],
      before,
    );
    expect(twice.after.lifetimeMs).toBe(59 * DAY);
    expect(twice.events).toEqual(['renewed']);
    expect(read(false, [[expires(at('09-01')), at('06-04')]], twice.after).after.lifetimeMs).toBe(
      at('09-01') - at('06-04'),
    );
  });

  test('a failure keeps the lifetime', () => {
    const after = read(false, [[timeout, at('06-03')]], { ...before, lifetimeMs: 30 * DAY }).after;
    expect(after.lifetimeMs).toBe(30 * DAY);
  });

  test('to an expiry that has passed by now measures no lifetime: every threshold would be skipped', () => {
    const { after, events } = read(false, [[expires(at('08-01')), at('09-01')]], before);
    expect(events).toEqual(['renewed']);
    expect(after.lifetimeMs).toBeUndefined();
  });

  test('that was seen long after it happened measures no lifetime: the rest of the life is not the whole', () => {
    const { after } = read(false, [[expires(at('09-05')), at('09-01')]], before);
    expect(after.lifetimeMs).toBeUndefined();
  });

  test('of a target that may mint is certain once the new expiry repeats, and counts from the first reading of it', () => {
    const seen: [Reading, number][] = [
      [expires(at('07-31')), at('06-02')],
      [expires(at('07-31')), at('06-02 00:05')],
    ];
    const moved = read(true, seen.slice(0, 1), { ...before, lifetimeMs: 9 * DAY });
    expect(moved.events).toEqual([]);
    expect(moved.after).toMatchObject({ movedFrom: at('07-01'), movedOn: at('06-02') });
    expect(moved.after.lifetimeMs).toBeUndefined();
    const { after, events } = read(true, seen, before);
    expect(events).toEqual(['renewed']);
    expect(after).toEqual(
      fixed(at('07-31'), at('06-02 00:05'), {
        lifetimeMs: 59 * DAY,
        renewed: { from: at('07-01'), on: at('06-02') },
      }),
    );
  });

  test('of a target that may mint to an earlier expiry is `shortened` once it repeats', () => {
    const { events } = read(
      true,
      [
        [expires(at('06-20')), at('06-02')],
        [expires(at('06-20')), at('06-03')],
      ],
      before,
    );
    expect(events).toEqual(['shortened']);
  });

  test('two first readings that differ are no renewal', () => {
    const seen: [Reading, number][] = [
      [expires(at('07-01')), at('06-01')],
      [expires(at('07-02')), at('06-02')],
      [expires(at('07-02')), at('06-03')],
    ];
    expect(read(true, seen)).toMatchObject({ events: [], evidence: ['first', 'moved', 'fixed'] });
  });
});

describe('minted (rule 8)', () => {
  const mint = (lifetimeMs: number, now: number): [Reading, number] => [expires(now + lifetimeMs), now];

  test('its lifetime is recorded at every read and nothing else happens', () => {
    const { after, events } = read(true, [
      mint(HOUR, at('06-01')),
      mint(HOUR, at('06-02')),
      mint(HOUR, at('06-03')),
      mint(HOUR, at('06-04')),
    ]);
    expect(after).toEqual(
      state({
        checkedOn: at('06-04'),
        readOn: at('06-04'),
        expiresOn: at('06-04 01:00'),
        evidence: 'minted',
        lifetimeMs: HOUR,
      }),
    );
    expect(events).toEqual([]);
  });

  test.each([
    ['more than 10 % longer', 67 * MINUTE, ['lifetimeChanged: lifetime 3600 s became 4020 s']],
    ['more than 10 % shorter', 53 * MINUTE, ['lifetimeChanged: lifetime 3600 s became 3180 s']],
    ['a little longer', 65 * MINUTE, []],
    ['exactly 10 % shorter', 54 * MINUTE, []],
  ])('a lifetime that is %s', (_, lifetime, events) => {
    const before = state({
      expiresOn: at('06-01 01:00'),
      evidence: 'minted',
      readOn: at('06-01'),
      checkedOn: at('06-01'),
      lifetimeMs: HOUR,
    });
    expect(read(true, [mint(lifetime, at('06-02'))], before).events).toEqual(events);
  });

  test('one whose expiry repeats loses the lifetime that was measured on another expiry', () => {
    const minted = read(true, [
      mint(HOUR, at('06-01')),
      mint(HOUR, at('06-02')),
      mint(HOUR, at('06-03')),
    ]).after;
    const { after, events } = read(true, [[expires(at('06-03 01:00')), at('06-03 00:10')]], minted);
    expect([after.evidence, after.lifetimeMs, events]).toEqual(['fixed', undefined, []]);
  });
});

describe('a reading that fails (rule 4)', () => {
  const before = fixed(at('07-01'), at('06-01'), { lifetimeMs: 60 * DAY });

  test('keeps the last known expiry, when it was read, and everything else', () => {
    const { after, events } = read(false, [[timeout, at('06-02')]], before);
    expect(after).toEqual({
      ...before,
      checkedOn: at('06-02'),
      failure: {
        code: 'timeout',
        message: 'no answer in 10 s',
        since: at('06-02'),
        count: 1,
        sameCodeCount: 1,
      },
    });
    expect(events).toEqual(['failing: timeout: no answer in 10 s']);
  });

  test('is counted, with the instant of the first, and is in the history once', () => {
    const { after, events } = read(
      false,
      [
        [timeout, at('06-02')],
        [timeout, at('06-03')],
        [timeout, at('06-04')],
      ],
      before,
    );
    expect(after.failure).toEqual({
      code: 'timeout',
      message: 'no answer in 10 s',
      since: at('06-02'),
      count: 3,
      sameCodeCount: 3,
    });
    expect(events).toHaveLength(1);
  });

  test('with another code is in the history again, and counts on', () => {
    const { after, events } = read(
      false,
      [
        [timeout, at('06-02')],
        [missing, at('06-03')],
      ],
      before,
    );
    expect(after.failure).toEqual({
      code: 'missing',
      message: 'it knows no such token',
      since: at('06-02'),
      count: 2,
      sameCodeCount: 1,
    });
    expect(events).toEqual([
      'failing: timeout: no answer in 10 s',
      'missing: missing: it knows no such token',
    ]);
  });

  test('counts from now if its beginning lies ahead, by a clock that was wrong', () => {
    const { after } = read(false, [[timeout, at('06-03')]], { ...before, ...failing(at('08-01')) });
    expect(after.failure?.since).toBe(at('06-03'));
  });

  test('is counted from one again after a success', () => {
    const { after } = read(
      false,
      [
        [timeout, at('06-02')],
        [expires(at('07-01')), at('06-03')],
        [timeout, at('06-04')],
      ],
      before,
    );
    expect(after.failure).toMatchObject({ since: at('06-04'), count: 1, sameCodeCount: 1 });
  });
});
