/** The sweep message: one per scope and tick, and one more wherever a sweep's time budget ends. */
import * as v from 'valibot';
import { parseInstant } from '../../formats/instant';

const schema = v.object({
  scope: v.string('scope: the PartitionKey of registry rows'),
  tick: v.pipe(
    v.string('tick: an RFC 3339 instant'),
    v.check(text => parseInstant(text) !== undefined, 'tick: an RFC 3339 instant'),
  ),
  cursor: v.optional(v.string('cursor: the RowKey after which the sweep goes on')),
});

export type SweepMessage = v.InferOutput<typeof schema>;

/** @throws an error that says what is wrong with the message; the runtime then tries again and parks it as poison. */
export function parseSweepMessage(message: unknown): SweepMessage {
  const parsed = v.safeParse(schema, message);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map(issue => issue.message).join('; ');
  throw new Error(`Malformed sweep message, want {"scope", "tick", "cursor"?}: ${faults}`);
}
