/** The signed token of a snooze link: with it the recipient of a mail can act on a target without signing in. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import type { Expiry } from '../../core/expiry';
import { NOTICES, noticeKindOf } from '../../core/notices';
import type { Reminder } from '../../core/reminder';
import type { LinkSigning } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import type { Key } from '../../core/target';
import { DAY, HOUR, type Instant } from '../../formats/instant';
import { parseJson } from '../../formats/json';

/** What a link is bound to. */
export interface Link extends Key {
  /** The recipient of the mail that it was in. */
  readonly owner: string;
  /** The current expiry when the mail was written; undefined if none was known. */
  readonly about: Instant | undefined;
  /** The link works until this instant. */
  readonly until: Instant;
}

/** Why a token gives no link. */
export type TokenRefused =
  | { readonly refused: 'unreadable' }
  | { readonly refused: 'over'; readonly until: Instant };

/** A link works this long after its mail. The longest snooze is 90 days, and undoing it must work until its end. */
export const LINK_LASTS = 120 * DAY;

/** `{version}.{content}.{signature}`; content and signature are in base64url. */
const TOKEN = /^1\.([\w-]{1,8000})\.([\w-]{43})$/;
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
  const [, content, signature] = TOKEN.exec(token) ?? [];
  if (content === undefined || signature === undefined) return { refused: 'unreadable' };
  const isOurs = isSigned(content, signature, secret) || isSigned(content, signature, previous);
  const link = isOurs ? parse(content) : undefined;
  if (!link) return { refused: 'unreadable' };
  return link.until > now ? link : { refused: 'over', until: link.until };
}

/** A page that shows a reading can be confirmed for so long. */
const PROOF_LASTS = HOUR;

/** `{instant}.{signature}`: that a page showed this to the recipient of a link at that instant. */
export function proofOf({ secret }: LinkSigning, subject: readonly string[], on: Instant): string {
  return `${on}.${signProof(subject, on, secret)}`;
}

export function isProof(
  proof: string,
  { secret, previous }: LinkSigning,
  subject: readonly string[],
  now: Instant,
): boolean {
  const [, instant = '', signature = ''] = /^(\d{1,15})\.([\w-]{43})$/.exec(proof) ?? [];
  if (signature === '' || now - Number(instant) > PROOF_LASTS) return false;
  return [secret, previous].some(
    one =>
      one !== undefined &&
      timingSafeEqual(Buffer.from(signature), Buffer.from(signProof(subject, Number(instant), one))),
  );
}

/** Signs the purpose, too. */
function signProof(subject: readonly string[], on: Instant, secret: string): string {
  return createHmac('sha256', secret)
    .update(`replace.1.${on}.${JSON.stringify(subject)}`)
    .digest('base64url');
}

function tokenOf({ scope, name, about, owner, until }: Link, secret: string): string {
  const fields: v.InferInput<typeof Content> = [scope, name, about ?? null, owner, until];
  const content = Buffer.from(JSON.stringify(fields)).toString('base64url');
  return `1.${content}.${sign(content, secret)}`;
}

/** Compares the signature as text: several texts decode to the same bytes. */
function isSigned(content: string, signature: string, secret: string | undefined): boolean {
  return secret !== undefined && timingSafeEqual(Buffer.from(signature), Buffer.from(sign(content, secret)));
}

/** Signs the purpose, too, so that no other kind of link can be used as this one. */
function sign(content: string, secret: string): string {
  return createHmac('sha256', secret).update(`snooze.1.${content}`).digest('base64url');
}

function parse(content: string): Link | undefined {
  const parsed = v.safeParse(Content, parseJson(Buffer.from(content, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const [scope, name, about, owner, until] = parsed.output;
  return { scope, name, about: about ?? undefined, owner, until };
}
