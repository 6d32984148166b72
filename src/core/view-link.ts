/** The signed links that show an owner's targets: all of them, or one. They read, and can't act (rule 20). */
import type { Instant } from '../formats/instant';
import { parseJson } from '../formats/json';
import { readSignedToken, signedToken } from '../formats/signed-token';
import { LINK_LASTS, type LinkSigning, type TokenRefused } from './snooze';
import type { Key } from './target';

/** What a link is bound to. */
export interface ViewLink {
  /** The recipient of the mail that it was in. */
  readonly owner: string;
  readonly until: Instant;
  /** The one target that it shows; undefined for the list. */
  readonly target?: Key;
}

const PURPOSE = 'view';

/** The link in a mail that is written `now`; undefined if no secret is set. */
export function viewUrlOf(
  owner: string,
  target: Key | undefined,
  links: LinkSigning | undefined,
  now: Instant,
): string | undefined {
  if (!links) return undefined;
  return `${links.publicUrl}/api/mine?t=${viewToken(links, { owner, target, until: now + LINK_LASTS })}`;
}

export function viewToken({ secret }: LinkSigning, { owner, until, target }: ViewLink): string {
  const fields = [owner, until, ...(target ? [target.scope, target.name] : [])];
  return signedToken(PURPOSE, JSON.stringify(fields), secret);
}

export function readViewLink(
  token: string,
  { secret, previous }: LinkSigning,
  now: Instant,
): ViewLink | TokenRefused {
  const text = readSignedToken(PURPOSE, token, [secret, previous]);
  const link = text === undefined ? undefined : parse(parseJson(text));
  if (!link) return { refused: 'unreadable' };
  return link.until > now ? link : { refused: 'over', until: link.until };
}

function parse(fields: unknown): ViewLink | undefined {
  if (!Array.isArray(fields)) return undefined;
  const [owner, until, scope, name]: unknown[] = fields;
  if (typeof owner !== 'string' || typeof until !== 'number') return undefined;
  if (fields.length === 2) return { owner, until };
  return typeof scope === 'string' && typeof name === 'string'
    ? { owner, until, target: { scope, name } }
    : undefined;
}
