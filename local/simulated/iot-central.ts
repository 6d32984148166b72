/**
 * A simulated IoT Central. One server cannot own the hosts of many applications, so the host is the first segment:
 * `{url}/{subdomain}.{baseDomain}/api/apiTokens/{tokenId}`.
 */
import { type Answer, json, type Received, segments } from './answer';
import { ApiToken } from './api-token';
import { onFirstMention } from './first-mention';
import { IotCentralApp } from './iot-central-app';
import type { LoggedRequest, RequestLog } from './request-log';
import { type ServerOptions, startServer } from './server';
import { TokenBucket } from './token-bucket';

export interface IotCentralOptions extends ServerOptions {
  /** Requests per second and application; the service documents 20. */
  readonly rate?: number;
  readonly burst?: number;
  readonly throttle?: boolean;
}

export interface SimulatedIotCentral {
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  readonly log: RequestLog;
  /** The application of a host (`contoso.azureiotcentral.com`), made on first mention. */
  app(host: string): IotCentralApp;
  /** One API token, made on first mention: it never expires until told. */
  token(host: string, id: string): ApiToken;
  remove(host: string, id: string): void;
  close(): Promise<void>;
}

export async function startSimulatedIotCentral(options: IotCentralOptions): Promise<SimulatedIotCentral> {
  const { rate = 20, burst = 20, throttle = true, now } = options;
  const bucket = throttle ? new TokenBucket(rate, burst, now) : undefined;
  const apps = new Map<string, IotCentralApp>();
  const server = await startServer(request => answer(request, apps, bucket), options);

  const app = (host: string): IotCentralApp => {
    const key = host.toLowerCase();
    return onFirstMention(apps, key, () => new IotCentralApp(key, now, () => bucket?.drain(key)));
  };
  return {
    url: server.url,
    log: server.log,
    requests: server.log.requests,
    app,
    token: (host, id) => onFirstMention(app(host).tokens, id, () => new ApiToken(id)),
    remove: (host, id) => void app(host).tokens.delete(id),
    close: server.close,
  };
}

type Apps = ReadonlyMap<string, IotCentralApp>;

function answer(request: Received, apps: Apps, bucket: TokenBucket | undefined): Answer {
  const [host = '', ...path] = segments(request.path) ?? [];
  const app = apps.get(host.toLowerCase());
  // A host without an application has no service behind it that could answer in the service's words.
  if (!app)
    return json(404, { error: { code: 'ApplicationNotFound', message: 'No application has this host.' } });
  // No Retry-After: none is documented.
  if (bucket && !bucket.take(app.host).allowed)
    return app.refusal(429, 'TooManyRequests', 'The application is limited to 20 requests per second.');
  return app.answer(request, path);
}
