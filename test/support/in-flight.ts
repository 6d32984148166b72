/** Requests in progress to a simulated service: a test clock may jump only when there are none. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

export interface InFlight {
  /** Resolves when every request to these origins is answered and its answer is processed. */
  idle(): Promise<void>;
  stop(): void;
}

/** Turns of the event loop until the watcher has processed an answer. */
const TURNS = 5;

export function watchRequests(origins: readonly string[]): InFlight {
  const hosts = new Set(origins.map(origin => new URL(origin).host));
  const underWay = new Set<unknown>();
  const requestOf = (message: unknown) => (message as { readonly request: ClientRequest }).request;
  const started = (message: unknown) => {
    const request = requestOf(message);
    if (hosts.has(String(request.getHeader('host')))) underWay.add(request);
  };
  const ended = (message: unknown) => void underWay.delete(requestOf(message));
  const channels = [
    ['http.client.request.start', started],
    ['http.client.response.finish', ended],
    ['http.client.request.error', ended],
  ] as const;
  for (const [name, listener] of channels) subscribe(name, listener);
  const turn = () => new Promise(resolve => setImmediate(resolve));
  return {
    async idle() {
      for (let quiet = 0; quiet < TURNS; quiet = underWay.size > 0 ? 0 : quiet + 1) await turn();
    },
    stop() {
      for (const [name, listener] of channels) unsubscribe(name, listener);
    },
  };
}
