/** The other side of the benchmarks, in a process of its own so that its work is not counted as ours: Azurite and a fast IoT Central. */
import { createServer } from 'node:http';
import { startAzurite } from '../../local/azurite';

const EXPIRY = '2031-01-01T00:00:00.000Z';

/** Answers every read at once and without limits, so that only the watcher's own pace is measured. */
function fastIotCentral(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const body = JSON.stringify({ id: 'bench', roles: [], expiry: EXPIRY });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  // The floor lets its connections rest while the emulator writes, which takes longer than Node's five seconds.
  server.keepAliveTimeout = 60_000;
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    });
  });
}

async function main(): Promise<void> {
  const azurite = await startAzurite({ accounts: 'any' });
  const iotCentral = await fastIotCentral();
  process.send?.({ tableUrl: azurite.tableUrl, queueUrl: azurite.queueUrl, iotCentral });
  process.once('disconnect', () => process.exit(0));
}

void main();
