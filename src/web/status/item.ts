/** The report as `GET status` answers it: instants as 24-character UTC strings, `null` for what is not known. */
import type { StatusItem } from '../../core/listing';
import { formatInstant } from '../../formats/instant';
import type { Report } from '../../watch/report/status';
import { instantOrNull } from '../shape';
import { encodeCursor } from './query';
import type { ItemBody, StatusBody } from './schema';

export function statusJson({ asOf, counts, countsAsOf, items, nextCursor }: Report): StatusBody {
  return {
    asOf: formatInstant(asOf),
    counts,
    countsAsOf: instantOrNull(countsAsOf),
    items: items.map(itemJson),
    nextCursor: nextCursor === undefined ? null : encodeCursor(nextCursor),
  };
}

export function itemJson(item: StatusItem): ItemBody {
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
    ...(failure && { failure: failureJson(failure) }),
    checkedOn: instantOrNull(item.checkedOn),
    nextCheckOn: instantOrNull(item.nextCheckOn),
    ...(snoozedUntil !== undefined && { snoozedUntil: formatInstant(snoozedUntil) }),
  };
}

/** Member by member: what the state knows beside these is its own. */
function failureJson({ code, message, since, count }: NonNullable<StatusItem['failure']>) {
  return { code, message, since: formatInstant(since), count };
}
