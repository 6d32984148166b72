/** A simulated Azure Resource Manager: the one operation that the app calls, throttled as the real one is. */
import { HOUR } from '../../src/formats/instant';
import { answerWith, getOrCreate, Misbehaving, type Replies, secretToken } from './faults';
import { type Answer, type Json, json, type Received, type Reply, segments, withHeaders } from './messages';
import { type ServerOptions, startServer } from './server';
import { type Taken, TokenBucket } from './throttling';

export interface ArmOptions extends ServerOptions {
  /** Writes per second and subscription; the service documents 10, in a bucket of 200. */
  readonly rate?: number;
  readonly burst?: number;
  /** `false` allows every request and sends no remaining-writes header. */
  readonly throttle?: boolean;
}

class ArmSubscription extends Misbehaving {
  readonly apps = new Map<string, ContainerApp>();

  constructor(readonly drain: () => void) {
    super();
  }
}

/** A container app mints a token that lives an hour at every read, until it is told to keep one. */
class ContainerApp extends Misbehaving {
  #token = secretToken('SECRET-ARM-');
  #expires: { readonly fixed: string } | { readonly mintsFor: number } = { mintsFor: HOUR };
  /** How many times its token was read, faults included. */
  reads = 0;

  constructor(
    readonly id: string,
    readonly name: string,
  ) {
    super();
  }

  /** From now on it keeps one token with this expiry; a string is sent unchanged. */
  expires(at: string | number): this {
    this.#expires = { fixed: typeof at === 'string' ? at : sevenDigits(at) };
    this.#token = secretToken('SECRET-ARM-');
    return this;
  }

  /** From now on every read makes a new token with this lifetime. */
  mintsFor(lifetimeMs: number): this {
    this.#expires = { mintsFor: lifetimeMs };
    return this;
  }

  read(now: number): { readonly token: string; readonly expires: string } {
    if ('fixed' in this.#expires) return { token: this.#token, expires: this.#expires.fixed };
    return { token: secretToken('SECRET-ARM-'), expires: sevenDigits(now + this.#expires.mintsFor) };
  }
}

/** Seven fraction digits, as in the documented sample (`2022-07-14T19:22:50.3080223Z`). */
function sevenDigits(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '0223Z');
}

const API_VERSION = '2023-08-01-preview';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type SimulatedArm = Awaited<ReturnType<typeof startSimulatedArm>>;

export async function startSimulatedArm(options: ArmOptions) {
  const { rate = 10, burst = 200, throttle = true, now } = options;
  const bucket = throttle ? new TokenBucket(rate, burst, now) : undefined;
  const subscriptions = new Map<string, ArmSubscription>();
  const server = await startServer(request => answer(request, { bucket, subscriptions, now }), options);

  /** One subscription: all its requests can fail together, and its bucket can be drained. */
  const subscription = (id: string): ArmSubscription => {
    if (!UUID.test(id)) throw new Error(`a subscription id is a UUID, not '${id}'`);
    const key = id.toLowerCase();
    return getOrCreate(subscriptions, key, () => new ArmSubscription(() => bucket?.drain(key)));
  };
  /** One app, created on first use; its names are case-insensitive. */
  const app = (id: string, group: string, name: string): ContainerApp => {
    const path = `/subscriptions/${id}/resourceGroups/${group}/providers/Microsoft.App/containerApps/${name}`;
    return getOrCreate(subscription(id).apps, appKey(group, name), () => new ContainerApp(path, name));
  };
  const remove = (id: string, group: string, name: string) =>
    void subscription(id).apps.delete(appKey(group, name));
  return { ...server, subscription, app, remove };
}

interface Arm {
  readonly bucket: TokenBucket | undefined;
  readonly subscriptions: ReadonlyMap<string, ArmSubscription>;
  readonly now: () => number;
}

/** The real service ignores the case of fixed segments. Here the app must use the documented spelling. */
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
  return throttle(address, arm);
}

const REMAINING_WRITES = 'x-ms-ratelimit-remaining-subscription-writes';

function throttle(address: Address, arm: Arm): Answer {
  const taken = arm.bucket?.take(address.subscription);
  if (!taken) return tokenOf(address, arm);
  if (!taken.allowed) return throttled(taken);
  return withHeaders(tokenOf(address, arm), { [REMAINING_WRITES]: String(taken.remaining) });
}

function tokenOf(address: Address, arm: Arm): Answer {
  const subscription = arm.subscriptions.get(address.subscription);
  const app = subscription?.apps.get(appKey(address.group, address.name));
  if (app) app.reads += 1;
  // A fault of the subscription comes first: it hides even a missing app.
  return answerWith(subscription?.nextFault() ?? app?.nextFault(), repliesOf(app, arm.now()));
}

/** A missing app is answered with 404 and no body, as the specification says. */
function repliesOf(app: ContainerApp | undefined, now: number): Replies {
  const { token, expires } = app?.read(now) ?? {};
  const withDate = (date: Json | undefined): Reply =>
    app && token ? tokenReply(app, token, date) : { status: 404 };
  return { ok: () => withDate(expires), withDate, refusal };
}

function tokenReply({ id, name }: ContainerApp, token: string, expires: Json | undefined): Reply {
  const type = 'Microsoft.App/containerApps/accesstoken';
  return json(200, { id, name, type, location: 'East US', properties: { token, expires } });
}

function throttled(taken: Taken): Answer {
  const seconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1000));
  const message = `Number of 'write' requests for the subscription exceeded. Please try again after '${seconds}' seconds.`;
  return withHeaders(refusal(429, 'SubscriptionRequestsThrottled', message), {
    'retry-after': String(seconds),
    [REMAINING_WRITES]: '0',
  });
}

function refusal(status: number, code: string, message: string): Reply {
  return json(status, { error: { code, message } });
}

type Address = NonNullable<ReturnType<typeof addressOf>>;

function addressOf(path: string) {
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
