/** How mail leaves now: which transports take none, and whether the fallback takes what the first one does not. */
import { DAY, type Instant } from '../../formats/instant';
import type { MailCounts, MailLedger, Outage, RecordedFault } from '../ports';

/** The names of the transports that are set. */
export interface TransportNames {
  readonly first: string | undefined;
  readonly fallback: string | undefined;
}

export type LedgerRows = Awaited<ReturnType<MailLedger['everyTransport']>>;
type Recorded = MailCounts & { readonly fault?: RecordedFault };

export interface TransportState {
  readonly transport: string;
  /** Mails that it took, since the installation. */
  readonly accepted: number;
  /** A fault of our own that lasts. */
  readonly fault: RecordedFault | undefined;
}

export interface TransportStates {
  /** The first one, then the fallback. */
  readonly transports: readonly TransportState[];
  /** Since when the first one takes no mail, and the fallback does. */
  readonly fallbackInUse: (Outage & TransportPair) | undefined;
}

interface TransportPair {
  readonly first: string;
  readonly fallback: string;
}

/** A mail that is not taken is tried again within a day. An older fault says nothing of now. */
const LASTS = DAY;

export function transportStates(
  ledger: LedgerRows,
  { first, fallback }: TransportNames,
  now: Instant,
): TransportStates {
  const inUse = [first, fallback].flatMap(name => name ?? []);
  const recorded = (name: string | undefined): Recorded | undefined => ledger.get(name ?? '');
  const outage = recorded(first)?.outage;
  const takes = (fallback !== undefined && recorded(fallback)?.acceptedOn) || 0;
  const isInUse = outage && now - outage.on <= LASTS && takes > outage.since;
  return {
    transports: inUse.map(transport => ({
      transport,
      accepted: recorded(transport)?.totals.accepted ?? 0,
      fault: lasting(recorded(transport), now),
    })),
    fallbackInUse: isInUse && first && fallback ? { ...outage, first, fallback } : undefined,
  };
}

/** What was taken after it shows that it is over. */
function lasting(recorded: Recorded | undefined, now: Instant): RecordedFault | undefined {
  const { fault, acceptedOn = 0 } = recorded ?? {};
  return fault && now - fault.on <= LASTS && acceptedOn <= fault.on ? fault : undefined;
}
