/** The parts of Azurite's own modules that this folder uses; they ship without types (azurite 3.35). */

declare module 'azurite/dist/src/common/ServerBase' {
  import type { Server } from 'node:http';

  export default class ServerBase {
    constructor(configuration: object);
    readonly httpServer: Server;
    readonly accountDataStore: { getAccount(name: string): { name: string; key1: Buffer } | undefined };
    /** `http://host:port`, with the port really bound. */
    getHttpServerAddress(): string;
    start(): Promise<void>;
    close(): Promise<void>;
    /** Closes the stores and timers; `close` calls it, a failed `start` does not. */
    afterClose(): Promise<void>;
  }
}

/** `table/TableServer`, `queue/QueueServer` and `blob/BlobServer`. */
declare module 'azurite/dist/src/*Server' {
  export { default } from 'azurite/dist/src/common/ServerBase';
}

/** `table/TableConfiguration`, `queue/QueueConfiguration` and `blob/BlobConfiguration`; azurite.ts names the positions. */
declare module 'azurite/dist/src/*Configuration' {
  export default class Configuration {
    constructor(...positions: unknown[]);
  }
}
