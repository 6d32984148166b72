/** What a sweep is compared with: the least work that reads and stores the same, and the function of most samples. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { TableClient } from '@azure/data-tables';
import { EMULATOR_KEY } from '../../local/connection-string';
import type { Services } from './services';
import { nameOf, SCOPE } from './watcher';

const IN_FLIGHT = 32;

/** The same reads by a plain HTTP pool, and one state row and one calendar row per target in bare transactions. */
export async function bareFloor(services: Services, account: string, targets: number): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const write = (table: string, rows: Row[]) => transaction({ ...services, account, table, agent }, rows);
  let writing: Promise<unknown> = Promise.resolve();
  for (let start = 0; start < targets; start += 100) {
    const names = Array.from({ length: Math.min(100, targets - start) }, (_, index) => nameOf(start + index));
    const bodies = await readAll(names, services.iotCentral, agent);
    await writing;
    const expiries = bodies.map(expiryOf);
    writing = Promise.all([
      write(
        'expiries',
        names.map((name, index) => stateRow(name, expiries[index] ?? '')),
      ),
      write(
        'calendar',
        names.map((name, index) => calendarRow(name, expiries[index] ?? '')),
      ),
    ]);
  }
  await writing;
  agent.destroy();
}

/** One read and one `upsertEntity` per target, a hundred at once. */
export async function naive(services: Services, table: TableClient, targets: number): Promise<void> {
  const one = async (name: string) => {
    const response = await fetch(urlOf(services.iotCentral, name));
    const expiresOn = expiryOf(await response.text());
    await table.upsertEntity({ partitionKey: SCOPE, rowKey: name, expiresOn, checkedOn: new Date() });
  };
  for (let start = 0; start < targets; start += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, targets - start) }, (_, index) => one(nameOf(start + index))),
    );
}

function urlOf(iotCentral: string, name: string): string {
  return `${iotCentral}/bench.azureiotcentral.com/api/apiTokens/${name}?api-version=2022-07-31`;
}

type Row = Readonly<Record<string, string>>;

async function readAll(names: readonly string[], url: string, agent: Agent): Promise<string[]> {
  const bodies: string[] = new Array(names.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < names.length; index = next++) {
      bodies[index] = await send(urlOf(url, names[index] ?? ''), 'GET', {}, undefined, agent);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return bodies;
}

function expiryOf(body: string): string {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null && 'expiry' in parsed ? String(parsed.expiry) : '';
}

function stateRow(name: string, expiresOn: string): Row {
  const now = new Date().toISOString();
  return { PartitionKey: SCOPE, RowKey: name, expiresOn, checkedOn: now, readOn: now };
}

function calendarRow(name: string, expiresOn: string): Row {
  const hash = createHash('sha256').update(SCOPE).update(name).digest('hex').slice(0, 32);
  return { PartitionKey: 'all', RowKey: `${expiresOn}|${hash}`, scope: SCOPE, name, expiresOn };
}

interface Place {
  readonly tableUrl: string;
  readonly account: string;
  readonly table: string;
  readonly agent: Agent;
}

/** One entity group transaction, written by hand. */
async function transaction({ tableUrl, account, table, agent }: Place, rows: Row[]): Promise<void> {
  const tables = `${tableUrl}/${account}`;
  const batch = `batch_${randomUUID()}`;
  const changes = `changeset_${randomUUID()}`;
  const parts = rows.map(row => {
    const path = `${tables}/${table}(PartitionKey='${encodeURIComponent(row.PartitionKey ?? '')}',RowKey='${encodeURIComponent(row.RowKey ?? '')}')`;
    return `--${changes}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nMERGE ${path} HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\nPrefer: return-no-content\r\n\r\n${JSON.stringify(row)}\r\n`;
  });
  const body = `--${batch}\r\nContent-Type: multipart/mixed; boundary=${changes}\r\n\r\n${parts.join('')}--${changes}--\r\n--${batch}--\r\n`;
  const date = new Date().toUTCString();
  const signature = createHmac('sha256', Buffer.from(EMULATOR_KEY, 'base64'))
    .update(`${date}\n/${account}/${account}/$batch`)
    .digest('base64');
  const headers = {
    'content-type': `multipart/mixed; boundary=${batch}`,
    'content-length': String(Buffer.byteLength(body)),
    'x-ms-date': date,
    'x-ms-version': '2019-02-02',
    accept: 'application/json',
    dataserviceversion: '3.0',
    authorization: `SharedKeyLite ${account}:${signature}`,
  };
  const answer = await send(`${tables}/$batch`, 'POST', headers, body, agent);
  if (!answer.includes('204 No Content') || answer.includes('odata.error'))
    throw new Error(`The floor's transaction failed: ${answer.slice(0, 400)}`);
}

function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
  agent: Agent,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    outgoing.on('error', reject).end(body);
  });
}
