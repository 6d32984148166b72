import { QueueClient } from '@azure/storage-queue';
import { isFree } from '../../local/ports';
import { http, queue, timer, useHost } from '../support/host';

const hosting = useHost();
const { start } = hosting;
const rawQueue = (name: string) => new QueueClient(hosting.connectionString(), name);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('timers and queues', () => {
  test('each item that a timer returns reaches the queue function as a message', async () => {
    const seen: unknown[] = [];
    const { runTimer, drainQueues } = await start([
      timer({ handler: async () => [{ scope: 'a' }, { scope: 'ü' }] }),
      queue(async message => {
        seen.push(message);
        return [];
      }),
    ]);
    await runTimer('tick');
    expect(await drainQueues()).toBe(2);
    expect(seen).toEqual(expect.arrayContaining([{ scope: 'a' }, { scope: 'ü' }]));
    expect(await drainQueues()).toBe(0);
  });

  test('the items of a timer that does not send are dropped', async () => {
    const { runTimer, drainQueues } = await start([
      timer({ sends: false, handler: async () => [{ a: 1 }] }),
      queue(async () => []),
    ]);
    await runTimer('tick');
    expect(await drainQueues()).toBe(0);
  });

  test('a queue function continues by returning messages', async () => {
    const steps: unknown[] = [];
    const { runTimer, drainQueues } = await start([
      timer({ handler: async () => [{ left: 2 }] }),
      queue(async message => {
        steps.push(message);
        return steps.length < 3 ? [{ left: 2 - steps.length }] : [];
      }),
    ]);
    await runTimer('tick');
    expect(await drainQueues()).toBe(3);
    expect(steps).toEqual([{ left: 2 }, { left: 1 }, { left: 0 }]);
  });

  test('a message that fails five times becomes poison', async () => {
    const deliveries: unknown[] = [];
    const failing = queue(async (_, context) => {
      deliveries.push(context.triggerMetadata?.dequeueCount);
      throw new Error('no luck');
    });
    const { runTimer, drainQueues } = await start(
      [timer({ handler: async () => [{ scope: 'a' }] }), failing],
      { retryVisibilitySeconds: 0 },
    );
    await runTimer('tick');
    expect(await drainQueues()).toBe(5);
    expect(deliveries).toEqual([1, 2, 3, 4, 5]);
    const { receivedMessageItems } = await rawQueue('sweeps-poison').receiveMessages();
    expect(receivedMessageItems.map(item => item.messageText)).toEqual([base64('{"scope":"a"}')]);
    expect(hosting.texts().at(-1)).toMatch(/moved to sweeps-poison: it failed 5 times/);
  });

  test('a failed message is hidden for as long as host.json says, and draining does not wait for it', async () => {
    const { runTimer, drainQueues } = await start([
      timer({ handler: async () => [{ a: 1 }] }),
      queue(async () => Promise.reject(new Error('no luck'))),
    ]);
    await runTimer('tick');
    expect(await drainQueues()).toBe(1);
    expect(await drainQueues()).toBe(0);
    expect((await rawQueue('sweeps').getProperties()).approximateMessagesCount).toBe(1);
  });

  test('text that is not JSON reaches the handler unchanged; text that is not base64 never does', async () => {
    const seen: unknown[] = [];
    const { drainQueues } = await start([
      queue(async message => {
        seen.push(message);
        return [];
      }),
    ]);
    await rawQueue('sweeps').sendMessage(base64('{"scope":'));
    await rawQueue('sweeps').sendMessage('not base64!');
    expect(await drainQueues()).toBe(2);
    expect(seen).toEqual(['{"scope":']);
    const { receivedMessageItems } = await rawQueue('sweeps-poison').receiveMessages();
    expect(receivedMessageItems.map(item => item.messageText)).toEqual(['not base64!']);
  });

  test('a timer that fails is logged and rejects, and can run again', async () => {
    let runs = 0;
    const handler = async () => {
      runs += 1;
      if (runs === 1) throw new Error('first');
      return [];
    };
    const { runTimer } = await start([timer({ handler })]);
    await expect(runTimer('tick')).rejects.toThrow('first');
    expect(hosting.texts()[0]).toContain('first');
    await runTimer('tick');
    expect(runs).toBe(2);
    await expect(runTimer('unknown')).rejects.toThrow('no timer function is called unknown');
  });

  test('a timer never runs twice at once', async () => {
    let [running, most] = [0, 0];
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return [];
    };
    const { runTimer } = await start([timer({ handler })]);
    await Promise.all([runTimer('tick'), runTimer('tick')]);
    expect(most).toBe(1);
  });

  test('a schedule may name a setting, and a missing one is named', async () => {
    const definitions = [timer({ schedule: '%SWEEP_SCHEDULE%' })];
    await start(definitions, { env: { SWEEP_SCHEDULE: '0 */5 * * * *' } });
    await expect(start(definitions)).rejects.toThrow('SWEEP_SCHEDULE');
  });

  test('started triggers run timers by schedule and take their messages, until the host closes', async () => {
    let arrived: (message: unknown) => void = () => undefined;
    const arrival = new Promise(resolve => {
      arrived = resolve;
    });
    const started = await start([
      timer({ schedule: '* * * * * *', handler: async info => [{ next: info.scheduleStatus.next }] }),
      queue(async message => {
        arrived(message);
        return [];
      }),
    ]);
    const begin = Date.now();
    started.startTriggers();
    const { next } = Object(await arrival);
    expect(Date.parse(next)).toBeGreaterThan(begin);
    expect(next).toMatch(/\.000Z$/);
  });
});

describe('closing', () => {
  test('waits for a running handler, answers it, and frees the port', async () => {
    let entered: () => void = () => undefined;
    const inside = new Promise<void>(resolve => {
      entered = resolve;
    });
    let finish: () => void = () => undefined;
    const finished = new Promise<void>(resolve => {
      finish = resolve;
    });
    const { url, close, startTriggers } = await start([
      timer({}),
      queue(async () => []),
      http('slow', async () => {
        entered();
        await finished;
        return { body: 'done' };
      }),
    ]);
    startTriggers();
    const response = fetch(`${url}/api/slow`).then(answer => answer.text());
    await inside;
    const closed = close();
    finish();
    expect(await response).toBe('done');
    await closed;
    expect(await isFree(Number(new URL(url).port))).toBe(true);
    expect(hosting.texts()).toEqual([]);
  });

  test('waits only for a limited time', async () => {
    const { runTimer, close } = await start([timer({ handler: () => new Promise(() => undefined) })], {
      closeWithinMs: 10,
    });
    void runTimer('tick');
    await close();
    expect(hosting.texts()).toEqual(['closed while functions were still running']);
  });

  test('takes no message afterwards', async () => {
    const { close, drainQueues } = await start([queue(async () => [])]);
    await rawQueue('sweeps').sendMessage(base64('{}'));
    await close();
    expect(await drainQueues()).toBe(0);
  });
});
