/** Faults and throttling of the watched services, time budgets, two sweepers at once, and no secret in any output. */
import type { Fault } from '../../local/simulated';
import { formatInstant, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import type { SweepMessage } from '../../src/watch/sweep/start-sweep';
import { APPS, CONTOSO, dump, HOST, SUBSCRIPTION, ticks } from '../support/story';
import { useWorld, type World } from '../support/world';

const EXPIRY = Date.UTC(2027, 5, 30, 12);

const numbered = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);

async function onlyMessage(world: World): Promise<SweepMessage> {
  const [message, ...others] = await world.app().startSweep(world.log);
  if (!message || others.length > 0) throw new Error('not one scope is to be swept');
  return message;
}

describe('one target in trouble', () => {
  const world = useWorld();
  const faults: [string, Fault, string][] = [
    ['a refusal', { fault: 'status', status: 403 }, 'notAllowed'],
    ['an expired sign-in', { fault: 'status', status: 401 }, 'notAllowed'],
    ['an error of the server', { fault: 'status', status: 500 }, 'unreachable'],
    ['a gateway that gave up', { fault: 'status', status: 504 }, 'timeout'],
    ['a refusal of the question', { fault: 'status', status: 400 }, 'unintelligible'],
    ['a page', { fault: 'html' }, 'unintelligible'],
    ['truncated JSON', { fault: 'truncated' }, 'unintelligible'],
    ['huge JSON', { fault: 'huge', bytes: 200_000 }, 'unintelligible'],
    ['a reset', { fault: 'reset' }, 'unreachable'],
    ['a redirect', { fault: 'redirect', location: 'https://evil.example/' }, 'unintelligible'],
    ['a date in words', { fault: 'rawDate', value: 'tomorrow' }, 'unintelligible'],
    ['a day that does not exist', { fault: 'rawDate', value: '2027-02-30T00:00:00Z' }, 'unintelligible'],
    ['a number for a date', { fault: 'rawDate', value: 1_800_000_000 }, 'unintelligible'],
  ];
  const id = (index: number) => `t-${String(index).padStart(2, '0')}`;

  test('keeps its last known expiry, shows a code, and stops no other target', async () => {
    const good = ['a-good', 't-05-good', 'z-good'];
    const bad = faults.map((_, index) => id(index));
    for (const name of [...good, ...bad]) world().azure.iotCentral.token(HOST, name).expires(EXPIRY);
    await world().registerAll(CONTOSO, [...good, ...bad]);
    await ticks(world(), 1);
    faults.forEach(
      ([, fault], index) => void world().azure.iotCentral.token(HOST, id(index)).misbehaves(fault),
    );
    world().clock.pass(6 * HOUR);
    await world().tick();
    const { items, counts } = await world().app().report({ limit: 100 });
    const seen = (name: string) => items.find(item => item.name === name);
    expect(bad.map((name, index) => [faults[index]?.[0], seen(name)?.failure?.code])).toEqual(
      faults.map(([what, , code]) => [what, code]),
    );
    expect(items.map(({ expiresOn }) => expiresOn)).toEqual(items.map(() => EXPIRY));
    expect(good.map(name => seen(name)?.check)).toEqual(['ok', 'ok', 'ok']);
    expect(counts).toMatchObject({
      total: faults.length + 3,
      healthy: faults.length + 3,
      failing: faults.length,
    });
    expect(new Set(items.flatMap(({ failure }) => failure?.message ?? [])).size).toBeGreaterThan(6);
  });
});

describe('throttling', () => {
  const world = useWorld({ iotCentral: { throttle: false }, arm: { throttle: false } });
  const application = () => world().azure.iotCentral.app(HOST);
  const names = numbered(5, 'token');

  beforeEach(async () => {
    for (const name of names) world().azure.iotCentral.token(HOST, name).expires(EXPIRY);
    await world().registerAll(CONTOSO, names);
    world().azure.arm.app(SUBSCRIPTION, 'shop', 'cart').expires(EXPIRY);
    await world().register(APPS, 'shop:cart');
  });

  test('for a short time is waited for within the sweep', async () => {
    application().misbehaves({
      fault: 'times',
      times: 2,
      inner: { fault: 'status', status: 429, retryAfter: '7' },
    });
    const start = world().clock.now();
    await world().sweep();
    expect(world().clock.now() - start).toBeGreaterThanOrEqual(7 * SECOND);
    const { items } = await world().app().report({ limit: 10, scope: CONTOSO });
    expect(items.map(({ check, expiresOn }) => [check, expiresOn])).toEqual(names.map(() => ['ok', EXPIRY]));
  });

  test('for a long time stops only its scope, whose targets that were never read are pending', async () => {
    application().misbehaves({ fault: 'status', status: 429, retryAfter: '1200' });
    await world().tick();
    application().recovers();
    const asked = world().azure.iotCentral.requests.length;
    expect(await world().item('shop:cart')).toMatchObject({ check: 'ok' });
    await ticks(world(), 3);
    expect(world().azure.iotCentral.requests).toHaveLength(asked);
    expect(world().log.lines.join('\n')).toContain(`Scope '${CONTOSO}' is left for a later tick`);
    const waiting = await world().app().report({ limit: 10, scope: CONTOSO });
    expect(waiting.items.map(({ standing }) => standing)).toEqual(names.map(() => 'unknown'));
    expect(new Set(waiting.items.map(({ check, failure }) => failure?.code ?? check))).toEqual(
      new Set(['throttled']),
    );
    await ticks(world(), 2);
    const after = await world().app().report({ limit: 10, scope: CONTOSO });
    expect(after.items.map(({ check }) => check)).toEqual(names.map(() => 'ok'));
  });

  test('without an end is asked less and less, whatever it says, and at the full pace once it answers', async () => {
    application().misbehaves({ fault: 'status', status: 429, retryAfter: '1' });
    const asked = () => world().azure.iotCentral.requests.length;
    const hours: number[] = [];
    for (let hour = 0; hour < 6; hour += 1) {
      const before = asked();
      await ticks(world(), 12);
      hours.push(asked() - before);
    }
    expect(hours[0]).toBeLessThanOrEqual(30);
    expect(Math.max(...hours.slice(2))).toBeLessThanOrEqual(2);
    application().recovers();
    await ticks(world(), 13);
    const { items } = await world().app().report({ limit: 10, scope: CONTOSO });
    expect(items.map(({ check }) => check)).toEqual(names.map(() => 'ok'));
    expect((await world().tables.scopes.get(CONTOSO))?.pace?.refusals).toBe(0);
  });

  test('shows targets that could not be tried as pending', async () => {
    const many = numbered(100, 'more');
    for (const name of many) world().azure.iotCentral.token(HOST, name).expires(EXPIRY);
    await world().registerAll(CONTOSO, many);
    application().misbehaves({ fault: 'status', status: 429, retryAfter: '1200' });
    await world().tick();
    const { counts } = await world().app().report({ limit: 1 });
    expect(counts.total).toBe(106);
    expect(counts.pending).toBeGreaterThan(60);
    expect(counts.pending + counts.failing).toBe(105);
    expect(world().azure.iotCentral.requests.length).toBeLessThanOrEqual(40);
  });

  test('keeps the last known expiry of known targets, and their reminders', async () => {
    await world().tick();
    for (const name of names)
      world()
        .azure.iotCentral.token(HOST, name)
        .misbehaves({ fault: 'status', status: 429, retryAfter: '3600' });
    world().clock.to('2027-06-23T12:00:00Z');
    await world().tick();
    for (let hour = 0; hour < 3; hour += 1) {
      world().clock.pass(HOUR);
      await world().tick();
    }
    expect(
      world()
        .mails()
        .filter(line => line.startsWith('ops@example.com')).length,
    ).toBeGreaterThan(0);
    const { items } = await world().app().report({ limit: 10, scope: CONTOSO });
    expect(items.map(({ expiresOn }) => expiresOn)).toEqual(names.map(() => EXPIRY));
  });
});

describe('the pace of a scope', () => {
  const bucket = { rate: 10, burst: 20 };
  const world = useWorld({ arm: bucket, settings: { ARM_RATE: '10', ARM_BURST: '20' } });
  const names = numbered(60, 'app');
  const refused = () => world().azure.arm.log.tally.get(429) ?? 0;

  test('outlives the process: a new process does not start with a full bucket', async () => {
    for (const name of names) world().azure.arm.app(SUBSCRIPTION, 'shop', name).expires(EXPIRY);
    await world().registerAll(
      APPS,
      names.map(name => `shop:${name}`),
    );
    for (let sweep = 0; sweep < 3; sweep += 1) {
      // Undecided targets are read in each of the first two sweeps, and targets that moved in the next two.
      for (const name of names)
        world()
          .azure.arm.app(SUBSCRIPTION, 'shop', name)
          .expires(EXPIRY + sweep * HOUR);
      world().restart();
      await world().sweep();
      world().clock.pass(100);
    }
    expect(world().azure.arm.requests).toHaveLength(180);
    expect(refused() / 180).toBeLessThan(0.01);
  });

  test('is used fully: a sweep takes as long as the bucket needs, and no longer', async () => {
    for (const name of names) world().azure.arm.app(SUBSCRIPTION, 'shop', name).expires(EXPIRY);
    await world().registerAll(
      APPS,
      names.map(name => `shop:${name}`),
    );
    const start = world().clock.now();
    await world().sweep();
    const seconds = (world().clock.now() - start) / SECOND;
    expect(seconds).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeLessThan(4.5);
    expect(refused()).toBe(0);
  });
});

describe('a scope too large for one time budget', () => {
  const world = useWorld({
    iotCentral: { rate: 0.1, burst: 1 },
    settings: { IOT_CENTRAL_RATE: '0.1', IOT_CENTRAL_BURST: '1' },
  });
  const names = numbered(60, 'token');
  const reads = () => names.map(name => world().azure.iotCentral.token(HOST, name).reads);

  beforeEach(async () => {
    for (const name of names) world().azure.iotCentral.token(HOST, name).expires(EXPIRY);
    await world().registerAll(CONTOSO, names);
  });

  test('continues at a cursor until all targets are read once, with the right counts', async () => {
    const start = world().clock.now();
    const cursors: (string | undefined)[] = [];
    let messages = await world().app().startSweep(world().log);
    for (let [message] = messages; message; [message] = messages) {
      cursors.push(message.cursor);
      messages = await world().app().sweepScope(message, world().log);
    }
    expect(cursors).toEqual([undefined, expect.any(String), expect.any(String)]);
    expect(reads()).toEqual(names.map(() => 1));
    const { counts } = await world().app().report({ limit: 1 });
    expect(counts).toMatchObject({ total: 60, healthy: 60, pending: 0, unknown: 0, failing: 0 });
    expect(world().azure.iotCentral.log.tally.get(429) ?? 0).toBe(0);
    expect(world().clock.now() - start).toBeLessThan(60 * 10 * SECOND + MINUTE);
  });

  test('whose cursor is lost is swept by the next tick, and no target is read twice', async () => {
    await world()
      .app()
      .sweepScope(await onlyMessage(world()), world().log);
    world().clock.pass(MINUTE);
    await world().sweep();
    expect(reads()).toEqual(names.map(() => 1));
    expect((await world().app().report({ limit: 1 })).counts).toMatchObject({ total: 60, healthy: 60 });
  });

  test('drops the message of an older tick', async () => {
    const old = await onlyMessage(world());
    world().clock.pass(MINUTE);
    await world().sweep();
    const before = reads();
    const [continued] = await world().app().sweepScope(old, world().log);
    expect(continued).toBeUndefined();
    expect(world().log.lines.at(-1)).toContain('olderTick');
    expect(reads()).toEqual(before);
  });

  test('acknowledges a message that comes twice', async () => {
    const message = await onlyMessage(world());
    await world().sweep();
    const before = reads();
    expect(await world().app().sweepScope(message, world().log)).toEqual([]);
    expect(reads()).toEqual(before);
  });

  test('acknowledges a message that finds the lease held', async () => {
    const message = await onlyMessage(world());
    const leaseUntil = world().clock.now() + MINUTE;
    await world().tables.scopes.save({ scope: CONTOSO, holder: 'another', leaseUntil }, undefined);
    expect(await world().app().sweepScope(message, world().log)).toEqual([]);
    expect(world().log.lines.at(-1)).toContain('held');
    expect(world().azure.iotCentral.requests).toEqual([]);
    expect(await world().app().startSweep(world().log)).toEqual([]);
    world().clock.pass(MINUTE);
    expect(await world().app().startSweep(world().log)).toHaveLength(1);
  });

  test('is swept by only one of two sweepers that start at once', async () => {
    const message = await onlyMessage(world());
    const app = world().app();
    const answers = await Promise.all([
      app.sweepScope(message, world().log),
      app.sweepScope(message, world().log),
    ]);
    expect(answers.map(({ length }) => length).sort()).toEqual([0, 1]);
    expect(Math.max(...reads())).toBe(1);
    expect(world().log.lines.filter(line => line.includes('is not swept'))).toHaveLength(1);
  });

  test('is no longer written by a slow sweeper whose lease was taken', async () => {
    const message = await onlyMessage(world());
    const { clock, tables, log } = world();
    const jump = clock.sleep.bind(clock);
    let naps = 0;
    let written: string[] = [];
    clock.sleep = async ms => {
      await jump(ms);
      naps += 1;
      if (naps !== 5) return;
      const found = await tables.scopes.get(CONTOSO);
      if (!found) throw new Error('nobody holds the scope');
      await tables.scopes.save(
        { ...found, holder: 'thief', leaseUntil: clock.now() + 2 * MINUTE },
        found.etag,
      );
      written = await dump(world(), ['expiries', 'calendar', 'scopes']);
    };
    expect(await world().app().sweepScope(message, log)).toEqual([]);
    expect(log.lines.at(-1)).toContain('is held by another sweeper; this one stops');
    expect(await dump(world(), ['expiries', 'calendar', 'scopes'])).toEqual(written);
    expect(Math.max(...reads())).toBe(1);
    expect(reads().filter(count => count > 0).length).toBeLessThan(10);
  });

  test('keeps its lease as long as the sweep takes', async () => {
    const { clock, tables } = world();
    const jump = clock.sleep.bind(clock);
    const left: number[] = [];
    clock.sleep = async ms => {
      await jump(ms);
      const found = await tables.scopes.get(CONTOSO);
      left.push((found?.leaseUntil ?? 0) - clock.now());
    };
    await world().sweep();
    expect(Math.min(...left)).toBeGreaterThan(30 * SECOND);
  });
});

describe('a budget that ends while the bucket is empty', () => {
  // One request every 9.1 s: the budget of 240 s ends during a wait.
  const world = useWorld({
    iotCentral: { rate: 0.11, burst: 1 },
    settings: { IOT_CENTRAL_RATE: '0.11', IOT_CENTRAL_BURST: '1' },
  });
  const names = numbered(40, 'token');

  test('ends the message, not the sweep: the next message reads the rest', async () => {
    for (const name of names) world().azure.iotCentral.token(HOST, name).expires(EXPIRY);
    await world().registerAll(CONTOSO, names);
    await world().sweep();
    expect(names.map(name => world().azure.iotCentral.token(HOST, name).reads)).toEqual(names.map(() => 1));
    expect((await world().app().report({ limit: 1 })).counts).toMatchObject({
      total: 40,
      healthy: 40,
      pending: 0,
    });
  });
});

describe('the value of a token', () => {
  const world = useWorld({ arm: { throttle: false } });

  test('is in no table, mail, answer or log line, whatever happened', async () => {
    const { azure, clock } = world();
    const soon = () => formatInstant(clock.now() + 20 * HOUR);
    const body = JSON.stringify({ error: { code: 'SECRET-ARM-code', message: 'SECRET-ARM-message' } });
    const faults: Fault[] = [
      { fault: 'truncated' },
      { fault: 'huge', bytes: 100_000 },
      { fault: 'noDate' },
      { fault: 'rawDate', value: 'SECRET-ARM-date' },
      { fault: 'status', status: 500, body },
      { fault: 'status', status: 403, body: 'SECRET-ARM-body' },
      { fault: 'redirect', location: 'https://evil.example/?SECRET-ARM-redirect' },
    ];
    for (const [index, fault] of faults.entries()) {
      azure.arm.app(SUBSCRIPTION, 'shop', `bad-${index}`).expires(soon()).misbehaves(fault);
      await world().register(APPS, `shop:bad-${index}`, { owners: 'ada@example.com' });
    }
    azure.arm.app(SUBSCRIPTION, 'shop', 'minting').mintsFor(HOUR);
    azure.arm.app(SUBSCRIPTION, 'shop', 'fixed').expires(soon());
    azure.iotCentral.token(HOST, 'gateway').expires(soon());
    await world().registerAll(APPS, ['shop:minting', 'shop:fixed'], { owners: 'ada@example.com' });
    await world().registerAll(CONTOSO, ['gateway'], { owners: 'ada@example.com' });
    await ticks(world(), 3);
    azure.arm.app(SUBSCRIPTION, 'shop', 'fixed').misbehaves({ fault: 'truncated' });
    clock.pass(20 * HOUR);
    await ticks(world(), 3);
    const report = await world().app().report({ limit: 1_000 });
    const { reasons } = await world().app().health();
    const everything = [
      ...(await dump(world())),
      ...world().log.lines,
      JSON.stringify([azure.communication.mails, report, reasons]),
    ];
    expect(azure.arm.log.tally.get(200)).toBeGreaterThan(9);
    expect(azure.communication.mails.length).toBeGreaterThan(2);
    expect(report.items).toHaveLength(10);
    expect(everything.filter(text => text.includes('SECRET-'))).toEqual([]);
  });
});
