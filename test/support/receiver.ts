/** An HTTP server of a test: it keeps what arrives and answers as the test says. */
import { createServer, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

export interface Receiver {
  readonly origin: string;
  readonly received: readonly Received[];
  /** Answers 200 unless a test replaces it. */
  answer: (response: ServerResponse) => void;
  /** Resolves once so many requests have arrived. */
  until(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

/** The answer of Application Insights to telemetry that it takes. */
export function takesAll(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ itemsReceived: 1, itemsAccepted: 1, errors: [] }));
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let wake = () => {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      received.push({ method: request.method ?? '', url: request.url ?? '', body: body.toString() });
      receiver.answer(response);
      wake();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const receiver: Receiver = {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    received,
    answer: response => void response.end(),
    async until(count) {
      while (received.length < count) await new Promise<void>(resolve => (wake = resolve));
      return received;
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
