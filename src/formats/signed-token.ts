/** Signed tokens for links: anyone can read them, and only who knows the secret can write them. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** `{version}.{content}.{signature}`; content and signature are in base64url. */
const TOKEN = /^1\.([\w-]{1,8000})\.([\w-]{43})$/;

/** @param purpose what the token is for: it is signed, too, so that no other kind of link can be used as this one */
export function signedToken(purpose: string, text: string, secret: string): string {
  const content = Buffer.from(text).toString('base64url');
  return `1.${content}.${signatureOf(`${purpose}.1.${content}`, secret)}`;
}

/** The text that was signed for this purpose with one of the secrets; undefined for any other token. */
export function readSignedToken(
  purpose: string,
  token: string,
  secrets: readonly (string | undefined)[],
): string | undefined {
  const [, content, signature] = TOKEN.exec(token) ?? [];
  if (content === undefined || signature === undefined) return undefined;
  return isSigned(`${purpose}.1.${content}`, signature, secrets)
    ? Buffer.from(content, 'base64url').toString()
    : undefined;
}

export function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

/** Compares signatures as text: several texts decode to the same bytes. */
export function isSigned(text: string, signature: string, secrets: readonly (string | undefined)[]): boolean {
  return secrets.some(secret => {
    if (secret === undefined) return false;
    const right = Buffer.from(signatureOf(text, secret));
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  });
}
