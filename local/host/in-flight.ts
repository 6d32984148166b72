/** What is running now, so that closing the host can wait for it. */

export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

  /** Remembers `work` until it settles, and hands it back. */
  track<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(ignore, ignore).then(() => this.#running.delete(settled));
    this.#running.add(settled);
    return work;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Resolves when something that runs now has settled; at once when nothing runs. */
  async oneSettled(): Promise<void> {
    if (this.size > 0) await Promise.race(this.#running);
  }

  /** Resolves with true when nothing runs any more, or with false after `withinMs`. */
  async allSettled(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>(resolve => {
      timer = setTimeout(resolve, withinMs, false);
    });
    try {
      return await Promise.race([this.#drain(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #drain(): Promise<boolean> {
    while (this.size > 0) await Promise.all(this.#running);
    return true;
  }
}

function ignore(): void {}
