/** The signed token of a snooze link: with it the recipient of a mail can act on a target without signing in. */
import * as v from 'valibot';
import type { Expiry } from '../../core/expiry';
import { NOTICES, noticeKindOf } from '../../core/notices';
import type { Reminder } from '../../core/reminder';
import { LINK_LASTS, type LinkSigning, type TokenRefused } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import type { Key } from '../../core/target';
import { HOUR, type Instant } from '../../formats/instant';
import { parseJson } from '../../formats/json';
import { isSigned, readSignedToken, signatureOf, signedToken } from '../../formats/signed-token';

/** What a link is bound to. */
export interface Link extends Key {
  /** The recipient of the mail that it was in. */
  readonly owner: string;
  /** The current expiry when the mail was written; undefined if none was known. */
  readonly about: Instant | undefined;
  /** The link works until this instant. */
  readonly until: Instant;
}

const PURPOSE = 'snooze';
const Content = v.tuple([v.string(), v.string(), v.nullable(v.number()), v.string(), v.number()]);

/** The link for one line of a mail written `now`; undefined if the line cannot be snoozed or no secret is set. */
export function snoozeUrlOf(
  reminder: Reminder,
  state: Expiry,
  links: LinkSigning | undefined,
  now: Instant,
): string | undefined {
  const kind = noticeKindOf(reminder);
  if (!links || kind === undefined || !NOTICES[kind].snoozable) return undefined;
  const { scope, name, owner } = reminder;
  return linkFor(links, { scope, name, owner, about: fixedExpiry(state), until: now + LINK_LASTS });
}

export function linkFor(links: LinkSigning, link: Link): string {
  return `${links.publicUrl}/api/snooze?t=${tokenOf(link, links.secret)}`;
}

export function readLink(
  token: string,
  { secret, previous }: LinkSigning,
  now: Instant,
): Link | TokenRefused {
  const text = readSignedToken(PURPOSE, token, [secret, previous]);
  const link = text === undefined ? undefined : parse(text);
  if (!link) return { refused: 'unreadable' };
  return link.until > now ? link : { refused: 'over', until: link.until };
}

/** A page that shows a reading can be confirmed for so long. */
const PROOF_LASTS = HOUR;

/** `{instant}.{signature}`: that a page showed this to the recipient of a link at that instant. */
export function proofOf({ secret }: LinkSigning, subject: readonly string[], on: Instant): string {
  return `${on}.${signatureOf(proofText(subject, on), secret)}`;
}

export function isProof(
  proof: string,
  { secret, previous }: LinkSigning,
  subject: readonly string[],
  now: Instant,
): boolean {
  const [, instant = '', signature = ''] = /^(\d{1,15})\.([\w-]{43})$/.exec(proof) ?? [];
  if (signature === '' || now - Number(instant) > PROOF_LASTS) return false;
  return isSigned(proofText(subject, Number(instant)), signature, [secret, previous]);
}

/** With its purpose, too. */
function proofText(subject: readonly string[], on: Instant): string {
  return `replace.1.${on}.${JSON.stringify(subject)}`;
}

function tokenOf({ scope, name, about, owner, until }: Link, secret: string): string {
  const fields: v.InferInput<typeof Content> = [scope, name, about ?? null, owner, until];
  return signedToken(PURPOSE, JSON.stringify(fields), secret);
}

function parse(text: string): Link | undefined {
  const parsed = v.safeParse(Content, parseJson(text));
  if (!parsed.success) return undefined;
  const [scope, name, about, owner, until] = parsed.output;
  return { scope, name, about: about ?? undefined, owner, until };
}
