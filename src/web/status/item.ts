/** The report as `GET status` answers it: instants as 24-character UTC strings, `null` for what is not known. */
import { formatInstant, type Instant } from '../../core/instant';
import type { Report, StatusItem } from '../../watch/report';
import { encodeCursor } from './query';

export function statusJson({ asOf, counts, countsAsOf, items, nextCursor }: Report) {
  return {
    asOf: formatInstant(asOf),
    counts,
    countsAsOf: instantOrNull(countsAsOf),
    items: items.map(itemJson),
    nextCursor: nextCursor === undefined ? null : encodeCursor(nextCursor),
  };
}

export function itemJson(item: StatusItem) {
  const { kind, scope, name, displayName, owners, expiresOn, remainingSeconds, lifetimeSeconds } = item;
  const { failure, snoozedUntil } = item;
  return {
    kind,
    scope,
    name,
    displayName,
    owners,
    expiresOn: expiresOn === 'never' ? null : instantOrNull(expiresOn),
    remainingSeconds: remainingSeconds ?? null,
    ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
    minted: item.minted,
    standing: item.standing,
    check: item.check,
    ...(failure && { failure: { ...failure, since: formatInstant(failure.since) } }),
    checkedOn: instantOrNull(item.checkedOn),
    nextCheckOn: instantOrNull(item.nextCheckOn),
    ...(snoozedUntil !== undefined && { snoozedUntil: formatInstant(snoozedUntil) }),
  };
}

function instantOrNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}
