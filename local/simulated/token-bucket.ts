/** The service's side of throttling: a bucket per key that refills with the test's clock. */
export interface Taken {
  readonly allowed: boolean;
  /** Whole requests left after this one. */
  readonly remaining: number;
  /** Until one more would be allowed; 0 while some are left. */
  readonly retryAfterMs: number;
}

interface Level {
  tokens: number;
  at: number;
}

export class TokenBucket {
  readonly #levels = new Map<string, Level>();

  /** `rate` is requests per second, `burst` what a full bucket holds. */
  constructor(
    private readonly rate: number,
    private readonly burst: number,
    private readonly now: () => number,
  ) {}

  /** Takes one request of the key; a refused one costs nothing. */
  take(key: string): Taken {
    const level = this.#refilled(key);
    const allowed = level.tokens >= 1;
    if (allowed) level.tokens -= 1;
    const remaining = Math.floor(level.tokens);
    return { allowed, remaining, retryAfterMs: remaining > 0 ? 0 : ((1 - level.tokens) / this.rate) * 1000 };
  }

  /** Empties the key's bucket, as another client of the same scope would. */
  drain(key: string): void {
    this.#refilled(key).tokens = 0;
  }

  #refilled(key: string): Level {
    const now = this.now();
    const level = this.#levels.get(key) ?? { tokens: this.burst, at: now };
    // A clock set back refills nothing.
    const elapsed = Math.max(0, now - level.at);
    // Rounded, since a sum of fractions must not leave a bucket at 0.999… when its second is over.
    const tokens = Math.round((level.tokens + (elapsed / 1000) * this.rate) * 1e6) / 1e6;
    level.tokens = Math.min(this.burst, tokens);
    level.at = now;
    this.#levels.set(key, level);
    return level;
  }
}
