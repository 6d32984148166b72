/** The headers that every mail of the watcher carries, whatever transport takes it: what it is, and which mails belong together. Pure. */
import { domainOf } from '../core/address';
import type { Digest } from '../core/digest';
import { isForOperators } from '../core/notices';
import { hashOf, type Key } from '../core/target';

export interface HeaderContext {
  readonly sender: string;
  /** The domain of the Message-ID, where it is not that of the sender: a fallback keeps the first transport's. */
  readonly idDomain?: string;
}

/** Plain ASCII, one line each; none holds anything that a person typed. */
export function headersOf(
  digest: Digest,
  operationId: string,
  { sender, idDomain = domainOf(sender) }: HeaderContext,
): Readonly<Record<string, string>> {
  const target = onlyTarget(digest);
  return {
    // A repeat has the same one, and many programs then show one mail.
    'Message-ID': `<${operationId}@${idDomain}>`,
    // No mail exists with this id. It is what all mails about one target have in common, so programs show them together.
    ...(target && { References: `<${hashOf(target)}@${idDomain}>` }),
    'List-Id': `<expiry-watcher.${domainOf(sender)}>`,
    // Nobody's vacation notice answers it (RFC 3834, and Exchange's own header).
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
  };
}

/** The target that all lines are about; undefined for several, and for notices about the watcher itself. */
function onlyTarget({ lines }: Digest): Key | undefined {
  const [first, ...others] = lines.map(({ reminder }) => reminder);
  if (!first || isForOperators(first)) return undefined;
  const { scope, name } = first;
  return others.every(other => other.scope === scope && other.name === name) ? { scope, name } : undefined;
}
