/** Remembers what a simulated service was asked, so that tests can count and order the product's requests. */
export interface LoggedRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, with its `?`; empty without one. */
  readonly query: string;
  /** When it arrived, by the test's clock, in epoch milliseconds. */
  readonly at: number;
  /** 0 where no answer was given: reset or left hanging. */
  readonly status: number;
  /** Whether a credential came with it. Its value is never kept. */
  readonly authorized: boolean;
  /** Requests under way at this server when it arrived, itself included. */
  readonly inFlight: number;
}

export class RequestLog {
  readonly requests: LoggedRequest[] = [];
  /** Answers by status since the start, also of requests no longer kept. */
  readonly tally = new Map<number, number>();

  /** Keeps at least the newest `keep` requests, at most twice as many: a demo that runs for days stays small. */
  constructor(private readonly keep = 100_000) {}

  add(request: LoggedRequest): void {
    this.tally.set(request.status, (this.tally.get(request.status) ?? 0) + 1);
    this.requests.push(request);
    if (this.requests.length > 2 * this.keep) this.requests.splice(0, this.requests.length - this.keep);
  }

  forget(): void {
    this.requests.length = 0;
    this.tally.clear();
  }
}
