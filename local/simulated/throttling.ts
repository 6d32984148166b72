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

/** The mail service's limits: a number of requests in any minute and any hour. Refused requests count too. */
export class SlidingLimit {
  #times: number[] = [];

  constructor(
    private readonly perMinute: number,
    private readonly perHour: number,
    private readonly now: () => number,
  ) {}

  /** Counts one request. Returns `undefined` if it is allowed, else the whole seconds until one would be. */
  accrue(): number | undefined {
    const now = this.now();
    this.#times = [...this.#within(3_600_000), now];
    const windows = [
      { spanMs: 60_000, limit: this.perMinute, times: this.#within(60_000) },
      { spanMs: 3_600_000, limit: this.perHour, times: this.#times },
    ];
    if (windows.every(({ limit, times }) => times.length <= limit)) return undefined;
    // The window has room again when this request is older than its span.
    const waits = windows.map(({ spanMs, limit, times }) => {
      const last = times[times.length - limit];
      return last === undefined ? 0 : last + spanMs - now;
    });
    return Math.max(1, Math.ceil(Math.max(...waits) / 1000));
  }

  #within(spanMs: number): number[] {
    return this.#times.filter(at => at > this.now() - spanMs);
  }
}
