/** A storage account that is slow, silent or talks nonsense on the wire: every call ends in time. */
import { createServer, type Server, type Socket } from 'node:net';
import { openTables } from '../../../src/storage/tables';
import { sharedHealth } from '../../../src/watch/report/health';
import { all, SCOPE } from './storage';

const LIMITS = { tryMs: 150, callMs: 400 };

let server: Server | undefined;
const sockets = new Set<Socket>();
const timers = new Set<NodeJS.Timeout>();

afterEach(async () => {
  for (const timer of timers) clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** A server that treats each connection as `behave` says. @returns its host and port */
async function listening(behave: (socket: Socket) => void): Promise<string> {
  const opened = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket);
  });
  server = opened;
  await new Promise<void>(resolve => opened.listen(0, '127.0.0.1', resolve));
  const address = opened.address();
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

function repeat(work: () => void): void {
  timers.add(setInterval(work, 20));
}

const onRequest = (answer: (socket: Socket) => void) => (socket: Socket) =>
  void socket.on('data', () => answer(socket));

const BEHAVIOURS: [string, (socket: Socket) => void][] = [
  ['takes the connection and stays silent', () => undefined],
  [
    'sends headers and no body',
    onRequest(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')),
  ],
  [
    'sends its body byte by byte',
    onRequest(socket => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      repeat(() => socket.write(' '));
    }),
  ],
  [
    'sends its headers byte by byte',
    onRequest(socket => {
      socket.write('HTTP/1.1 200 OK\r\nX-A: ');
      repeat(() => socket.write('a'));
    }),
  ],
  [
    'sends interim answers for ever',
    onRequest(socket => repeat(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'))),
  ],
  [
    'switches to another protocol',
    onRequest(socket =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    ),
  ],
  [
    'asks to wait for an hour',
    onRequest(socket => socket.write('HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n')),
  ],
];

const connection = (endpoint: string) => ({
  kind: 'connectionString' as const,
  value: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Yg==;TableEndpoint=${endpoint}`,
});

const KEY = { scope: SCOPE, name: 'gateway' };

async function expectEnds(tables: ReturnType<typeof openTables>): Promise<void> {
  const calls = [
    tables.ready(),
    tables.registry.row(KEY),
    all(tables.expiries.rows(SCOPE)),
    tables.registry.save(KEY, { notes: 'x' }, undefined),
    tables.registry.remove(KEY, '*'),
    tables.expiries.remove(SCOPE, ['gateway']),
    tables.mailLedger.saveOperatorNoticesToldOn('ops@example.com', 0),
  ];
  const ended = await Promise.allSettled(calls);
  const names = ended.map(one => (one.status === 'rejected' ? one.reason.name : 'fulfilled'));
  expect(names).toEqual(calls.map(() => 'RestError'));
}

test.each(BEHAVIOURS)('every call ends when the store %s', async (_, behave) => {
  await expectEnds(openTables(connection(`http://${await listening(behave)}/a`), LIMITS));
});

test('every call ends when the TLS handshake stalls', async () => {
  await expectEnds(openTables(connection(`https://${await listening(() => undefined)}/a`), LIMITS));
});

test('every call ends when the sign-in hangs', async () => {
  const credential = { getToken: () => new Promise<never>(() => undefined) };
  const tableUri = `https://${await listening(() => undefined)}`;
  await expectEnds(openTables({ kind: 'identity', tableUri, credential }, LIMITS));
});

test('health says that the tables cannot be read', async () => {
  const tables = openTables(connection(`http://${await listening(() => undefined)}/a`), LIMITS);
  const clock = { now: () => 0, sleep: async () => undefined };
  const transports = { first: 'acs', fallback: undefined };
  const { reasons } = await sharedHealth({
    tables,
    ready: tables.ready,
    clock,
    sweepPeriodMs: 1,
    mailState: { isOff: false, faults: [], fallbackFaults: [] },
    transports,
  })();
  expect(reasons.map(({ code }) => code)).toEqual(['storageUnreachable']);
});

test('a try that took too long is repeated, and the second answer counts', async () => {
  let tries = 0;
  const body = '{"value":[]}';
  const at = await listening(
    onRequest(socket => {
      tries += 1;
      if (tries > 1)
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
    }),
  );
  const tables = openTables(connection(`http://${at}/a`), { tryMs: 150, callMs: 10_000 });
  expect(await tables.registry.row(KEY)).toBeUndefined();
  expect(tries).toBe(2);
});
