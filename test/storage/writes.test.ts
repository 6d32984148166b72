/** Many writes to a store that is less helpful than the emulator. */
import { RestError } from '@azure/data-tables';
import { type Operation, submit, submitAll, submitEach, submitUnder } from '../../src/storage/writes';
import { type Answer, failed, rowKeysIn, scriptedTable, written } from './scripted';

function rows(count: number): Operation[] {
  return Array.from({ length: count }, (_, i) => ['upsert', { partitionKey: 'p', rowKey: `r${i}` }, 'Merge']);
}

/** A store that refuses these rows, and keeps the others of a transaction that holds none of them. */
function picky(bad: readonly string[], refuse: (at: number) => Answer) {
  const kept = new Set<string>();
  const table = scriptedTable(request => {
    const keys = rowKeysIn(request);
    const at = keys.findIndex(key => bad.includes(key));
    if (at >= 0) return refuse(at);
    for (const key of keys) kept.add(key);
    return written(request);
  });
  return { ...table, kept };
}

test('finds the bad rows by halves when the store names none', async () => {
  const store = picky(['r3', 'r77'], () =>
    failed(400, 'InvalidInput', 'One of the request inputs is not valid.'),
  );
  expect(await submit(store.client, rows(100))).toEqual(new Set(['r3', 'r77']));
  expect(store.kept.size).toBe(98);
});

test('finds them too when the request is refused as a whole', async () => {
  const store = picky(['r3'], () =>
    failed(413, 'RequestBodyTooLarge', 'The request body is too large.', 413),
  );
  expect(await submit(store.client, rows(10))).toEqual(new Set(['r3']));
  expect(store.kept.size).toBe(9);
});

test('loses no good row to a store that counts wrongly', async () => {
  const store = picky(['r3'], at =>
    failed(400, 'InvalidInput', `${at + 1}:One of the request inputs is not valid.`),
  );
  expect(await submit(store.client, rows(10))).toEqual(new Set(['r3']));
  expect(store.kept.size).toBe(9);
});

test('a named bad row costs two more transactions', async () => {
  const store = picky(['r3'], at =>
    failed(400, 'PropertyValueTooLarge', `${at}:The property value is too large.`),
  );
  expect(await submit(store.client, rows(100))).toEqual(new Set(['r3']));
  expect(store.requests).toHaveLength(3);
});

const broken = failed(500, 'InternalError', 'Server encountered an internal error.', 500);

test('a row that breaks the store takes none of its neighbours with it', async () => {
  const store = picky(['r0', 'r77'], () => broken);
  expect(await submit(store.client, rows(100))).toEqual(new Set(['r0', 'r77']));
  expect(store.kept.size).toBe(98);
});

test('rows that break a transaction of several and pass alone are all written', async () => {
  const kept: string[] = [];
  const store = scriptedTable(request => {
    const keys = rowKeysIn(request);
    if (keys.length > 1 && keys.some(key => /[37]$/.test(key))) return broken;
    kept.push(...keys);
    return written(request);
  });
  expect(await submit(store.client, rows(100))).toEqual(new Set());
  expect(new Set(kept).size).toBe(100);
});

test.each([
  [1, 1],
  [2, 3],
  [3, 3],
  [100, 3],
])('for %i rows a store that is down is asked %i times', async (count, times) => {
  const { client, requests } = scriptedTable(() => broken);
  await expect(submit(client, rows(count))).rejects.toThrow(RestError);
  expect(requests).toHaveLength(times);
});

test('a store that goes down midway is found to be so', async () => {
  let answers = 3;
  const { client, requests } = scriptedTable(request => {
    answers -= 1;
    return answers < 0 || (rowKeysIn(request).includes('r3') && answers < 3) ? broken : written(request);
  });
  await expect(submit(client, rows(100))).rejects.toThrow(RestError);
  expect(requests.length).toBeLessThanOrEqual(6);
});

test.each([
  ['a missing table', failed(404, 'TableNotFound', '0:The table specified does not exist.')],
  [
    'an account that is not there',
    failed(404, 'ResourceNotFound', 'The specified resource does not exist.', 404),
  ],
  [
    'a table that is being deleted',
    failed(409, 'TableBeingDeleted', '0:The specified table is being deleted.'),
  ],
  ['a bad token', failed(401, 'InvalidAuthenticationInfo', 'Server failed to authenticate.', 401)],
  ['a malformed token', failed(400, 'InvalidAuthenticationInfo', 'Not given in the correct format.', 400)],
  ['a right that lacks', failed(403, 'AuthorizationFailure', 'Not authorized.', 403)],
  ['throttling', failed(429, 'TooManyRequests', 'Slow down.', 429)],
  ['a busy server', failed(503, 'ServerBusy', 'The server is busy.', 503)],
  [
    'a busy server, named after an operation',
    failed(500, 'OperationTimedOut', '3:Operation could not be completed.'),
  ],
])('throws %s instead of blaming a row', async (_what, answer) => {
  const { client, requests } = scriptedTable(() => answer);
  await expect(submit(client, rows(10))).rejects.toThrow(RestError);
  expect(requests.filter(({ url }) => url.endsWith('/$batch'))).toHaveLength(1);
});

test('throws what the network did', async () => {
  const { client } = scriptedTable(() => {
    throw new RestError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
  });
  await expect(submit(client, rows(2))).rejects.toThrow('ECONNREFUSED');
});

test('an upsert that meets a missing resource is a fault of the store, not done', async () => {
  const { client } = scriptedTable(() =>
    failed(404, 'ResourceNotFound', '1:The specified resource does not exist.'),
  );
  await expect(submit(client, rows(2))).rejects.toThrow(RestError);
});

test('no operations cost no call', async () => {
  const { client, requests } = scriptedTable(written);
  expect(await submit(client, [])).toEqual(new Set());
  expect(requests).toHaveLength(0);
});

test('large rows go in more transactions', async () => {
  const { client, requests } = scriptedTable(written);
  const big = rows(100).map(
    ([, row]): Operation => ['upsert', { ...row, text: 'x'.repeat(60_000) }, 'Merge'],
  );
  await submit(client, big);
  expect(requests.flatMap(rowKeysIn)).toHaveLength(100);
  for (const { body } of requests) expect(String(body).length).toBeLessThan(4 * 1024 * 1024);
});

test('where nothing may be refused, the rest is written before it throws', async () => {
  const store = picky(['r3'], at => failed(400, 'InvalidInput', `${at}:Not valid.`));
  await expect(submitAll(store.client, rows(150))).rejects.toThrow('things refused r3');
  expect(store.kept.size).toBe(149);
});

describe('operations under an etag', () => {
  const row = (rowKey: string) => ({ partitionKey: 'p', rowKey });
  const create = (rowKey: string): Operation => ['create', row(rowKey)];
  const change = (rowKey: string): Operation => ['update', row(rowKey), 'Merge', { etag: 'W/"1"' }];
  const THERE = (at: number) =>
    failed(409, 'EntityAlreadyExists', `${at}:The specified entity already exists.`);
  const CHANGED = (at: number) =>
    failed(412, 'UpdateConditionNotSatisfied', `${at}:The condition is not met.`);
  const MISSING = (at: number) => failed(404, 'ResourceNotFound', `${at}:The resource does not exist.`);
  const names = Array.from({ length: 100 }, (_, index) => `r${index}`);

  test.each([
    ['that is there already', create, THERE],
    ['that another writer changed', change, CHANGED],
    ['that another writer deleted', change, MISSING],
  ])('leave a row %s as it is, at the cost of two more transactions', async (_what, operation, refuse) => {
    const store = picky(['r3'], refuse);
    expect(await submitEach(store.client, names.map(operation))).toEqual(new Map([['r3', 'overtaken']]));
    expect(store.kept.size).toBe(99);
    expect(store.requests).toHaveLength(3);
  });

  test('find such rows by halves when the store names none', async () => {
    const store = picky(['r3', 'r77'], () => failed(412, 'UpdateConditionNotSatisfied', 'Not met.'));
    const unwritten = await submitEach(store.client, names.map(change));
    expect([...unwritten].sort()).toEqual([
      ['r3', 'overtaken'],
      ['r77', 'overtaken'],
    ]);
    expect(store.kept.size).toBe(98);
  });

  test('say of each row why it was not written', async () => {
    const answers: Record<string, (at: number) => Answer> = {
      r1: at => failed(400, 'InvalidInput', `${at}:Not valid.`),
      r2: CHANGED,
    };
    const { client } = scriptedTable(request => {
      const keys = rowKeysIn(request);
      const at = keys.findIndex(key => key in answers);
      return answers[keys[at] ?? '']?.(at) ?? written(request);
    });
    expect(await submitEach(client, names.slice(0, 5).map(change))).toEqual(
      new Map([
        ['r1', 'refused'],
        ['r2', 'overtaken'],
      ]),
    );
  });

  test.each([
    ['a missing table', failed(404, 'TableNotFound', '0:The table does not exist.')],
    ['a missing account', failed(404, 'ResourceNotFound', 'The resource does not exist.', 404)],
  ])('%s is thrown', async (_what, answer) => {
    const { client } = scriptedTable(() => answer);
    await expect(submitEach(client, [change('a'), change('b')])).rejects.toThrow(RestError);
    await expect(submitUnder(client, [change('a')])).rejects.toThrow(RestError);
  });

  test('all go together or not at all, but for rows that are gone already', async () => {
    const gone = picky(['r2'], MISSING);
    const lines = ['r1', 'r2', 'r3'].map((key): Operation => ['delete', row(key)]);
    await expect(submitUnder(gone.client, [change('r0'), ...lines])).rejects.toThrow('without an etag');
    expect([...gone.kept]).toEqual(['r0', 'r1', 'r3']);
    for (const lost of [CHANGED, MISSING]) {
      const store = picky(['r0'], lost);
      expect(await submitUnder(store.client, [change('r0'), ...lines])).toBeUndefined();
      expect([store.kept.size, store.requests.length]).toEqual([0, 1]);
    }
  });
});
