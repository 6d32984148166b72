/** A proxy that forwards a connection and keeps what the client sent, so that a test can look at the wire. */
import { connect, createServer, type Socket } from 'node:net';
import { LOOPBACK, listen } from '../../local/ports';

export interface Wire {
  readonly port: number;
  /** What each connection sent, oldest first. */
  readonly sent: Buffer[];
  /** Ends the open connections, as a network does. */
  cut(): void;
  close(): Promise<void>;
}

export async function startWire(to: number): Promise<Wire> {
  const sent: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const index = sent.push(Buffer.alloc(0)) - 1;
    const target = connect(to, LOOPBACK);
    client.on('data', chunk => {
      sent[index] = Buffer.concat([sent[index] ?? Buffer.alloc(0), chunk]);
    });
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) {
      sockets.add(socket);
      // One side that ends ends the other.
      socket
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(socket);
          client.destroy();
          target.destroy();
        });
    }
  });
  const port = await listen(server, 0);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve());
      cut();
    });
  return { port, sent, cut, close };
}
