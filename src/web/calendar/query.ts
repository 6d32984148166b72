/** The query of `GET calendar.ics`: which expiries somebody subscribes to. */
import * as v from 'valibot';
import { isAddress } from '../../core/address';
import { oneOf, readQuery } from '../query';

export function feedQuery(kinds: readonly string[]) {
  return v.object({
    owner: v.exactOptional(
      v.pipe(
        v.string(),
        v.check(isAddress, 'write one mail address'),
        v.description('Targets of this owner, without regard to case.'),
      ),
    ),
    kind: v.exactOptional(v.pipe(oneOf(kinds), v.description('Targets of this kind.'))),
  });
}

export function parseFeedQuery(parameters: URLSearchParams, kinds: readonly string[]) {
  return readQuery(parameters, feedQuery(kinds));
}
