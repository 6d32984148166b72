/** Connection strings of the local storage emulator, apart from Azurite itself, so that a test does not load it. */

/** The account that every storage emulator serves, with the one key that Microsoft publishes for it; it opens nothing else. */
export const DEFAULT_ACCOUNT = 'devstoreaccount1';
export const EMULATOR_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Origins such as `http://127.0.0.1:10002`, without an account. */
export interface EmulatorUrls {
  readonly queueUrl: string;
  readonly tableUrl: string;
  readonly blobUrl?: string;
}

/** A connection string for one account; on an IP address the account is the first segment of the path. */
export function emulatorConnectionString(account: string, urls: EmulatorUrls): string {
  const endpoints = [
    ['BlobEndpoint', urls.blobUrl],
    ['QueueEndpoint', urls.queueUrl],
    ['TableEndpoint', urls.tableUrl],
  ].flatMap(([name, url]) => (url === undefined ? [] : [`${name}=${url}/${account};`]));
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${EMULATOR_KEY};${endpoints.join('')}`;
}
