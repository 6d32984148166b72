/** The mail service's limits: so many requests in any minute and any hour, refused ones counted too. */
export interface Window {
  readonly spanMs: number;
  readonly limit: number;
}

export class SlidingLimit {
  #accrued: number[] = [];

  constructor(
    private readonly windows: readonly Window[],
    private readonly now: () => number,
  ) {}

  /** Counts one request; `undefined` when it is within the limits, else the whole seconds until one would be. */
  accrue(): number | undefined {
    const now = this.now();
    const widest = Math.max(...this.windows.map(window => window.spanMs));
    this.#accrued = this.#accrued.filter(at => at > now - widest);
    this.#accrued.push(now);
    const waits = this.windows.map(window => this.#wait(window, now));
    return this.#exceeded(now) ? Math.max(1, Math.ceil(Math.max(...waits) / 1000)) : undefined;
  }

  #exceeded(now: number): boolean {
    return this.windows.some(window => this.#within(window, now).length > window.limit);
  }

  #within({ spanMs }: Window, now: number): number[] {
    return this.#accrued.filter(at => at > now - spanMs);
  }

  /** Until so many have left the window that one more fits. */
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
