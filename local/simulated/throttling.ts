/** How the simulated services limit their clients: a token bucket for reads, sliding windows for mail. */

export interface Taken {
  readonly allowed: boolean;
  /** Whole requests left after this one. */
  readonly remaining: number;
  /** Milliseconds until the next request is allowed; 0 while some are left. */
  readonly retryAfterMs: number;
}

/** One bucket per key, refilled by the test's clock. */
export class TokenBucket {
  readonly #levels = new Map<string, { tokens: number; at: number }>();

  /** `rate` is in requests per second; a full bucket holds `burst` of them. */
  constructor(
    private readonly rate: number,
    private readonly burst: number,
    private readonly now: () => number,
  ) {}

  /** Takes one request of the key; a refused request costs nothing. */
  take(key: string): Taken {
    const level = this.#refilled(key);
    const allowed = level.tokens >= 1;
    if (allowed) level.tokens -= 1;
    const remaining = Math.floor(level.tokens);
    return { allowed, remaining, retryAfterMs: remaining > 0 ? 0 : ((1 - level.tokens) / this.rate) * 1000 };
  }

  /** Empties the bucket of a key, as another client of the same scope would. */
  drain(key: string): void {
    this.#refilled(key).tokens = 0;
  }

  #refilled(key: string): { tokens: number } {
    const now = this.now();
    const level = this.#levels.get(key) ?? { tokens: this.burst, at: now };
    // A clock set back refills nothing.
    const elapsed = Math.max(0, now - level.at);
    // Rounded: a sum of fractions must not leave a bucket at 0.999… after a full second.
    const tokens = Math.round((level.tokens + (elapsed / 1000) * this.rate) * 1e6) / 1e6;
    level.tokens = Math.min(this.burst, tokens);
    level.at = now;
    this.#levels.set(key, level);
    return level;
  }
}

interface Window {
  readonly spanMs: number;
  readonly limit: number;
}

/** The mail service's limits: a number of requests in any minute and any hour. Refused requests count too. */
export class SlidingLimit {
  #times: number[] = [];

  constructor(
    private readonly windows: readonly Window[],
    private readonly now: () => number,
  ) {}

  /** Counts one request. Returns `undefined` if it is allowed, else the whole seconds until one would be. */
  accrue(): number | undefined {
    const now = this.now();
    const longest = Math.max(...this.windows.map(window => window.spanMs));
    this.#times = this.#times.filter(at => at > now - longest);
    this.#times.push(now);
    const allowed = this.windows.every(window => this.#within(window, now).length <= window.limit);
    if (allowed) return undefined;
    const waits = this.windows.map(window => this.#wait(window, now));
    return Math.max(1, Math.ceil(Math.max(...waits) / 1000));
  }

  #within({ spanMs }: Window, now: number): number[] {
    return this.#times.filter(at => at > now - spanMs);
  }

  /** Milliseconds until enough requests have left the window for one more. */
  #wait(window: Window, now: number): number {
    const within = this.#within(window, now);
    const last = within[within.length - window.limit];
    return last === undefined ? 0 : last + window.spanMs - now;
  }
}

export function perMinuteAndHour(perMinute: number, perHour: number, now: () => number): SlidingLimit {
  const windows = [
    { spanMs: 60_000, limit: perMinute },
    { spanMs: 3_600_000, limit: perHour },
  ];
  return new SlidingLimit(windows, now);
}
