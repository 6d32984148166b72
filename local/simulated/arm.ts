/** A simulated Azure Resource Manager with the one operation that is watched, throttled as the real one is. */
import {
  type Answer,
  empty,
  type Json,
  json,
  type Received,
  type Reply,
  segments,
  withHeaders,
} from './answer';
import { ContainerApp } from './container-app';
import { answerWith, type Faces, Misbehaving } from './faults';
import { onFirstMention } from './first-mention';
import type { LoggedRequest, RequestLog } from './request-log';
import { type ServerOptions, startServer } from './server';
import { type Taken, TokenBucket } from './token-bucket';

export interface ArmOptions extends ServerOptions {
  /** Writes per second and subscription; the service documents 10, in a bucket of 200. */
  readonly rate?: number;
  readonly burst?: number;
  /** `false` lets everything through and sends no remaining-writes header. */
  readonly throttle?: boolean;
  /** How long the tokens of an app live that was not told; an hour. */
  readonly lifetimeMs?: number;
}

export interface SimulatedArm {
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  readonly log: RequestLog;
  /** The app, made on first mention; names are case-insensitive. */
  app(subscription: string, resourceGroup: string, name: string): ContainerApp;
  remove(subscription: string, resourceGroup: string, name: string): void;
  /** All requests of one subscription: they can misbehave together, and its bucket can be drained. */
  subscription(id: string): ArmSubscription;
  close(): Promise<void>;
}

export class ArmSubscription extends Misbehaving {
  readonly apps = new Map<string, ContainerApp>();

  constructor(readonly drain: () => void) {
    super();
  }
}

const API_VERSION = '2023-08-01-preview';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function startSimulatedArm(options: ArmOptions): Promise<SimulatedArm> {
  const { rate = 10, burst = 200, throttle = true, lifetimeMs = 3_600_000, now } = options;
  const bucket = throttle ? new TokenBucket(rate, burst, now) : undefined;
  const subscriptions = new Map<string, ArmSubscription>();
  const server = await startServer(request => answer(request, { bucket, subscriptions, now }), options);

  const subscription = (id: string): ArmSubscription => {
    if (!UUID.test(id)) throw new Error(`a subscription's id is a UUID, not '${id}'`);
    const key = id.toLowerCase();
    return onFirstMention(subscriptions, key, () => new ArmSubscription(() => bucket?.drain(key)));
  };
  return {
    url: server.url,
    log: server.log,
    requests: server.log.requests,
    subscription,
    app: (id, group, name) =>
      onFirstMention(
        subscription(id).apps,
        appKey(group, name),
        () => new ContainerApp(id, group, name, lifetimeMs),
      ),
    remove: (id, group, name) => void subscription(id).apps.delete(appKey(group, name)),
    close: server.close,
  };
}

interface Arm {
  readonly bucket: TokenBucket | undefined;
  readonly subscriptions: ReadonlyMap<string, ArmSubscription>;
  readonly now: () => number;
}

/** ARM itself forgives the case of fixed segments; holding the product to the documented spelling costs nothing. */
function answer(request: Received, arm: Arm): Answer {
  const address = addressOf(request.path);
  if (!address) return refusal(404, 'InvalidResourceType', 'The resource type or action could not be found.');
  if (!UUID.test(address.subscription))
    return refusal(400, 'InvalidSubscriptionId', 'The subscription identifier is malformed or invalid.');
  if (request.method !== 'POST')
    return withHeaders(refusal(405, 'MethodNotAllowed', 'The action takes POST only.'), { allow: 'POST' });
  const version = request.query.get('api-version');
  if (!version)
    return refusal(400, 'MissingApiVersionParameter', 'The api-version query parameter is required.');
  if (version !== API_VERSION)
    return refusal(400, 'NoRegisteredProviderFound', `The supported api-versions are '${API_VERSION}'.`);
  return admitted(address, arm);
}

function admitted(address: Address, arm: Arm): Answer {
  const taken = arm.bucket?.take(address.subscription);
  if (taken && !taken.allowed) return throttled(taken);
  const remaining: Record<string, string> = taken
    ? { 'x-ms-ratelimit-remaining-subscription-writes': String(taken.remaining) }
    : {};
  return withHeaders(tokenOf(address, arm), remaining);
}

function tokenOf(address: Address, arm: Arm): Answer {
  const subscription = arm.subscriptions.get(address.subscription);
  const app = subscription?.apps.get(appKey(address.group, address.name));
  if (app) app.reads += 1;
  // An outage of the subscription hides even that an app is gone.
  return answerWith(subscription?.nextFault() ?? app?.nextFault(), faces(app, arm.now()));
}

/** Of an app that does not exist: 404, which the specification gives no body. */
function faces(app: ContainerApp | undefined, now: number): Faces {
  const { token, expires } = app?.read(now) ?? {};
  const withDate = (date: Json | undefined): Reply => (app && token ? body(app, token, date) : empty(404));
  return { well: () => withDate(expires), withDate, refusal };
}

function body(app: ContainerApp, token: string, expires: Json | undefined): Reply {
  const properties = { token, ...(expires === undefined ? {} : { expires }) };
  const type = 'Microsoft.App/containerApps/accesstoken';
  return json(200, { id: app.id, name: app.name, type, location: 'East US', properties });
}

function throttled(taken: Taken): Answer {
  const seconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1000));
  const message = `Number of 'write' requests for the subscription exceeded. Please try again after '${seconds}' seconds.`;
  return withHeaders(refusal(429, 'SubscriptionRequestsThrottled', message), {
    'retry-after': String(seconds),
    'x-ms-ratelimit-remaining-subscription-writes': '0',
  });
}

function refusal(status: number, code: string, message: string): Reply {
  return json(status, { error: { code, message } });
}

interface Address {
  readonly subscription: string;
  readonly group: string;
  readonly name: string;
}

function addressOf(path: string): Address | undefined {
  const parts = segments(path) ?? [];
  const [, subscription = '', , group = '', , , , name = ''] = parts;
  const fixed = [parts[0], parts[2], ...parts.slice(4, 7), ...parts.slice(8)].join('/');
  const documented = 'subscriptions/resourceGroups/providers/Microsoft.App/containerApps/getAuthtoken';
  if (fixed !== documented || !subscription || !group || !name) return undefined;
  return { subscription: subscription.toLowerCase(), group, name };
}

function appKey(group: string, name: string): string {
  return `${group}/${name}`.toLowerCase();
}
