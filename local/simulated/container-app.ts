/** One simulated container app: it mints a token at every read, or keeps one, or misbehaves. */
import { Misbehaving } from './faults';
import { secret } from './secret';

/** Seven fraction digits, as in the documented sample (`2022-07-14T19:22:50.3080223Z`). */
export function sevenDigits(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '0223Z');
}

export class ContainerApp extends Misbehaving {
  #token = secret('SECRET-ARM-');
  #expires: { readonly fixed: string } | { readonly mintsFor: number };
  /** How often a token was asked for and given, well or not. */
  reads = 0;

  constructor(
    readonly subscription: string,
    readonly resourceGroup: string,
    readonly name: string,
    lifetimeMs: number,
  ) {
    super();
    this.#expires = { mintsFor: lifetimeMs };
  }

  /** From now on it keeps one token with this expiry; a string goes out as it is. */
  expires(at: string | number): this {
    this.#expires = { fixed: typeof at === 'string' ? at : sevenDigits(at) };
    this.#token = secret('SECRET-ARM-');
    return this;
  }

  /** From now on every read makes a new token that lives this long. */
  mintsFor(lifetimeMs: number): this {
    this.#expires = { mintsFor: lifetimeMs };
    return this;
  }

  get id(): string {
    const group = `/subscriptions/${this.subscription}/resourceGroups/${this.resourceGroup}`;
    return `${group}/providers/Microsoft.App/containerApps/${this.name}`;
  }

  read(now: number): { readonly token: string; readonly expires: string } {
    if ('fixed' in this.#expires) return { token: this.#token, expires: this.#expires.fixed };
    return { token: secret('SECRET-ARM-'), expires: sevenDigits(now + this.#expires.mintsFor) };
  }
}
