/** The dashboard's script: its address has the hash of its text, so browsers may cache it for ever. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../formats/hash';
import { isKnown, strong } from '../etag';
import type { Response } from '../problem';
import type { Request } from '../route';

/** The bundler puts the text of `browser.js` here (scripts/bundle.ts). Without a bundle the file is read at the start. */
declare const BROWSER_SCRIPT: string | undefined;
export const SCRIPT =
  typeof BROWSER_SCRIPT === 'undefined'
    ? readFileSync(join(__dirname, 'browser.js'), 'utf8')
    : BROWSER_SCRIPT;

export const SCRIPT_VERSION = sha256(SCRIPT).slice(0, 16);

export function scriptResponse({ url, header }: Pick<Request, 'url' | 'header'>): Response {
  const etag = strong(SCRIPT_VERSION);
  // During a deployment a page of another version may ask this one. No cache may keep that answer.
  const isOwn = new URL(url).searchParams.get('v') === SCRIPT_VERSION;
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': isOwn ? 'public, max-age=31536000, immutable' : 'no-cache',
    'cross-origin-resource-policy': 'same-origin',
    etag,
  };
  return isKnown(etag, header) ? { status: 304, headers, body: '' } : { status: 200, headers, body: SCRIPT };
}
