/** The parts of Azurite's own modules that this folder uses; they ship without types (azurite 3.35). */

declare module 'azurite/dist/src/common/ServerBase' {
  import type { Server } from 'node:http';

  export interface AzuriteAccount {
    readonly name: string;
    readonly key1: Buffer;
  }

  export default class ServerBase {
    readonly httpServer: Server;
    readonly accountDataStore: { getAccount(name: string): AzuriteAccount | undefined };
    /** `http://host:port`, with the port really bound. */
    getHttpServerAddress(): string;
    start(): Promise<void>;
    close(): Promise<void>;
    /** Closes the stores and timers; `close` calls it, a failed `start` does not. */
    afterClose(): Promise<void>;
  }
}

declare module 'azurite/dist/src/table/TableConfiguration' {
  export default class TableConfiguration {
    constructor(
      host: string,
      port: number,
      keepAliveSeconds: number,
      metadataFile: string,
      enableDebugLog: boolean,
      enableAccessLog: boolean,
      accessLogStream: undefined,
      debugLogFile: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
      cert: string,
      key: string,
      password: string,
      oauth: undefined,
      disableProductStyleUrl: boolean,
      inMemory: boolean,
    );
  }
}

declare module 'azurite/dist/src/table/TableServer' {
  import type ServerBase from 'azurite/dist/src/common/ServerBase';
  import type TableConfiguration from 'azurite/dist/src/table/TableConfiguration';

  const TableServer: new (configuration: TableConfiguration) => ServerBase;
  export default TableServer;
}

declare module 'azurite/dist/src/queue/QueueConfiguration' {
  export interface ExtentLocation {
    readonly locationId: string;
    readonly locationPath: string;
    readonly maxConcurrency: number;
  }

  /** Queue and blob take the same arguments in the same order. */
  export default class QueueConfiguration {
    constructor(
      host: string,
      port: number,
      keepAliveSeconds: number,
      metadataFile: string,
      extentFile: string,
      extentLocations: ExtentLocation[],
      enableAccessLog: boolean,
      accessLogStream: undefined,
      enableDebugLog: boolean,
      debugLogFile: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
      cert: string,
      key: string,
      password: string,
      oauth: undefined,
      disableProductStyleUrl: boolean,
      inMemory: boolean,
    );
  }
}

declare module 'azurite/dist/src/queue/QueueServer' {
  import type ServerBase from 'azurite/dist/src/common/ServerBase';
  import type QueueConfiguration from 'azurite/dist/src/queue/QueueConfiguration';

  const QueueServer: new (configuration: QueueConfiguration) => ServerBase;
  export default QueueServer;
}

declare module 'azurite/dist/src/blob/BlobConfiguration' {
  import QueueConfiguration from 'azurite/dist/src/queue/QueueConfiguration';
  export default class BlobConfiguration extends QueueConfiguration {}
}

declare module 'azurite/dist/src/blob/BlobServer' {
  import type BlobConfiguration from 'azurite/dist/src/blob/BlobConfiguration';
  import type ServerBase from 'azurite/dist/src/common/ServerBase';

  const BlobServer: new (configuration: BlobConfiguration) => ServerBase;
  export default BlobServer;
}
