/** What a test mail says: that it is one, and what it proves. Pure. */
import type { Digest } from '../core/digest';
import { oneLine } from '../formats/text';
import { utc } from '../formats/when';

export function testMailWords(
  { owner, asOf }: Digest,
  { transport, sender, note }: NonNullable<Digest['test']>,
) {
  return {
    subject: 'Test mail: the expiry watcher can send',
    preview: oneLine(`Mail works: this one left by ${transport} and reached ${owner}.`),
    heading: 'This is a test mail',
    intro: oneLine(
      `As of ${utc(asOf)}. Somebody asked the expiry watcher to prove that its mail works. It does: this one left by ${transport}, from ${sender}, and reached ${owner}. It is about no token, and there is nothing to do.`,
    ),
    ...(note !== undefined && { more: note }),
    reason: `${oneLine(owner)} gets this mail because a person asked for it.`,
  };
}
