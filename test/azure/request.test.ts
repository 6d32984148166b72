/** The one bounded request ends in time with an answer or a reason, whatever the other side sends. */
import { createServer, type Server, type Socket } from 'node:net';
import { createHttpClient, RequestFailed, requestsThrough } from '../../src/azure/request';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise(resolve => server?.close(resolve) ?? resolve(undefined));
});

/** Each connection is answered by `answer` once a request has arrived. */
async function asking(answer: (socket: Socket) => void, timeoutMs: number) {
  server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const send = requestsThrough(createHttpClient(false, { timeoutMs, maxBytes: 1_000 }));
  const result = await send('GET', `http://127.0.0.1:${port}/`);
  return result instanceof RequestFailed ? result.reason : `${result.status} ${result.body ?? 'too large'}`;
}

test.each<[string, string, (socket: Socket) => void]>([
  ['a switch of protocols', 'notHttp', socket => socket.write(UPGRADE)],
  ['a switch of protocols, then the end', 'notHttp', socket => socket.end(UPGRADE)],
  ['the end without an answer', 'unreachable', socket => socket.end()],
  ['the end in the middle of the headers', 'unreachable', socket => socket.end('HTTP/1.1 200 OK\r\nConte')],
  ['the end in the middle of the body', 'unreachable', socket => socket.end(OK.slice(0, -1))],
  ['what is not HTTP', 'notHttp', socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ['hints before the answer', '200 ok', socket => socket.end(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`)],
  ['an answer', '200 ok', socket => socket.end(OK)],
])('%s: %s', async (_, expected, answer) => {
  // The limit only ends a hang.
  expect(await asking(answer, 60_000)).toBe(expected);
});

test.each<[string, (socket: Socket) => void]>([
  ['silence', () => undefined],
  ['only hints', socket => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3))],
  ['headers without a body', socket => socket.write(OK.slice(0, -2))],
])('%s ends at the limit', async (_, answer) => {
  expect(await asking(answer, 100)).toBe('timeout');
});
