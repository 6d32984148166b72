import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { odata, TableClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import { type RunningAzurite, startAzurite } from '../../local/azurite';
import { emulatorConnectionString } from '../../local/connection-string';
import { isFree } from '../../local/ports';
import { askAs } from '../support/asking';
import { freshStorage } from '../support/azurite';

const table = (connectionString: string) =>
  TableClient.fromConnectionString(connectionString, 'things', { allowInsecureConnection: true });

async function namesIn(connectionString: string): Promise<string[]> {
  const names: string[] = [];
  const entities = table(connectionString).listEntities({
    queryOptions: { filter: odata`PartitionKey eq ${'p'}` },
  });
  for await (const { rowKey } of entities) names.push(String(rowKey));
  return names;
}

async function store(connectionString: string, rowKey: string): Promise<void> {
  await table(connectionString).createTable();
  await table(connectionString).createEntity({ partitionKey: 'p', rowKey });
}

const portOf = (url: string) => Number(new URL(url).port);

describe('the Azurite of a test run', () => {
  test('gives every test an account of its own', async () => {
    const [mine, yours] = [freshStorage(), freshStorage()];
    await store(mine, 'mine');
    await store(yours, 'yours');
    expect(await namesIn(mine)).toEqual(['mine']);
    expect(await namesIn(yours)).toEqual(['yours']);
  });

  test('keeps the queues of two accounts apart', async () => {
    const [mine, yours] = [freshStorage(), freshStorage()].map(storage => new QueueClient(storage, 'things'));
    await mine?.create();
    expect(await mine?.exists()).toBe(true);
    expect(await yours?.exists()).toBe(false);
  });
});

describe('Azurite in this process', () => {
  const running: RunningAzurite[] = [];
  const start = async (...args: Parameters<typeof startAzurite>) => {
    const azurite = await startAzurite(...args);
    running.push(azurite);
    return azurite;
  };
  afterEach(async () => void (await Promise.all(running.splice(0).map(azurite => azurite.close()))));

  test('keeps line and paragraph separators in a transaction, wherever its parts are cut', async () => {
    const azurite = await start();
    const client = table(azurite.connectionString);
    await client.createTable();
    // Three bytes each, so that the parts in which a body arrives end inside some of them.
    const text = `${'\u2028'.repeat(10_000)}|${'\u2029'.repeat(10_000)}`;
    const rowKeys = Array.from({ length: 20 }, (_, index) => `r${index}`);
    await client.submitTransaction(
      rowKeys.map((rowKey, index) => [
        'create',
        { partitionKey: 'p', rowKey, text: 'x'.repeat(index) + text },
      ]),
    );
    for (const [index, rowKey] of rowKeys.entries())
      expect((await client.getEntity('p', rowKey)).text === 'x'.repeat(index) + text).toBe(true);
  });

  test('serves its own account and refuses others', async () => {
    const azurite = await start();
    await store(azurite.connectionString, 'a');
    expect(await namesIn(azurite.connectionString)).toEqual(['a']);
    const other = emulatorConnectionString('other', azurite);
    await expect(store(other, 'c')).rejects.toMatchObject({ statusCode: 404 });
  });

  test('keeps its data in its folder over a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'azurite-'));
    const first = await startAzurite({ folder });
    await store(first.connectionString, 'kept');
    await first.close();
    const second = await startAzurite({ folder });
    expect(await namesIn(second.connectionString)).toEqual(['kept']);
    await second.close();
    expect((await readdir(folder)).filter(name => name.endsWith('.log'))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test('takes a free port when the usual one is taken', async () => {
    const first = await start({ preferUsualPorts: true });
    const second = await start({ preferUsualPorts: true });
    expect(second.tableUrl).not.toBe(first.tableUrl);
    await store(second.connectionString, 'a');
  });

  test('refuses to start, and leaves nothing behind, when the given port is taken', async () => {
    const { queueUrl } = await start();
    const refused = startAzurite({ ports: { queue: portOf(queueUrl) } });
    await expect(refused).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('answers only to names of this machine: its key is public, so another site could sign requests', async () => {
    const { tableUrl } = await start();
    expect(await askAs('tables.evil.example', `${tableUrl}/devstoreaccount1/Tables`)).toMatchObject({
      status: 421,
    });
    expect(await askAs('localhost', `${tableUrl}/devstoreaccount1/Tables`)).toMatchObject({ status: 403 });
  });

  test('serves blobs when asked', async () => {
    const azurite = await start({ blob: true });
    expect(azurite.connectionString).toContain(`BlobEndpoint=${azurite.blobUrl}/devstoreaccount1`);
    expect((await fetch(`${azurite.blobUrl}/devstoreaccount1?comp=list`)).status).toBe(403);
  });

  test('closes at once, even if clients keep their connections, and frees its ports', async () => {
    const azurite = await startAzurite();
    await store(azurite.connectionString, 'a');
    const began = performance.now();
    await azurite.close();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await isFree(portOf(azurite.tableUrl))).toBe(true);
    expect(await isFree(portOf(azurite.queueUrl))).toBe(true);
  });
});
