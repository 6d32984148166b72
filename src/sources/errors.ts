/** Tables of the documented error codes of a service: what a code means, and so what to do, where its status does not say it. */
import { type FailedReading, failed } from '../core/reading';

/** By code. One without a meaning of its own means what its status says; one that is not in the table is shown as `other`. */
export type ErrorTable = ReadonlyMap<string, FailedReading | undefined>;

/** Each sentence begins with a capital and ends without a full stop, since what was seen follows it in brackets. */
type Meanings = Readonly<Record<string, FailedReading>>;

export function errorTable(meanings: Meanings, asTheirStatus: readonly string[]): ErrorTable {
  return new Map([
    ...Object.entries(meanings),
    ...asTheirStatus.map((code): [string, undefined] => [code, undefined]),
  ]);
}

/** What no owner of a token can mend: the watcher's identity, its roles and tenant, the network, the subscription. */
export function forOperators(message: string, codes: readonly string[]): Meanings {
  return sameFor(codes, failed('notAllowed', message));
}

export function missing(message: string, codes: readonly string[]): Meanings {
  return sameFor(codes, failed('missing', message));
}

/** The service is changing the target. */
export function busy(message: string, codes: readonly string[]): Meanings {
  return sameFor(codes, busyReading(message));
}

export function busyReading(message: string): FailedReading {
  return { ...failed('unreachable', message), busy: true };
}

function sameFor(codes: readonly string[], reading: FailedReading): Meanings {
  return Object.fromEntries(codes.map(code => [code, reading]));
}
