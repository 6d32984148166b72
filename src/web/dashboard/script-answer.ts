/** How the dashboard's script is sent: under an address with the hash of its text, so that a browser may keep it for good. */
import { sha256 } from '../../formats/hash';
import { isKnown, strong } from '../etag';
import type { Answer } from '../problem';
import { SCRIPT } from './script';

export const SCRIPT_VERSION = sha256(SCRIPT).slice(0, 16);

export function scriptAnswer(url: string, header: (name: string) => string | null): Answer {
  const etag = strong(SCRIPT_VERSION);
  // Another version's address may be asked of this one while a deployment goes on: its answer must not be kept under that.
  const isOwn = new URL(url).searchParams.get('v') === SCRIPT_VERSION;
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': isOwn ? 'public, max-age=31536000, immutable' : 'no-cache',
    'cross-origin-resource-policy': 'same-origin',
    etag,
  };
  return isKnown(etag, header) ? { status: 304, headers, body: '' } : { status: 200, headers, body: SCRIPT };
}
