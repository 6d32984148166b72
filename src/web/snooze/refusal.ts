/** Why a link does nothing, in plain words, and what to do instead; nothing was changed, and each page says so. */

import { type Html, html } from '../../formats/html';
import type { Instant } from '../../formats/instant';
import { moment } from '../../formats/when';
import type { Refused } from '../../watch/snooze/link';
import { page } from '../page';
import type { Answer } from '../problem';

interface Words {
  readonly status: number;
  readonly heading: string;
  readonly text: Html;
}

export function refusalPage(refused: Refused): Answer {
  const { status, heading, text } = wordsOf(refused);
  return page(
    status,
    heading,
    html`<section class="card">
<h1>${heading}</h1>
<p>${text}</p>
<p class="hint">Nothing was changed.</p>
</section>`,
  );
}

function wordsOf(refused: Refused): Words {
  switch (refused.refused) {
    case 'off':
      return words(
        404,
        'Links are switched off',
        html`This watcher has no secret to sign links with. Whoever runs it can set <code>LINK_SECRET</code>.`,
      );
    case 'unreadable':
      return words(
        400,
        'This link can’t be read',
        html`It was cut short or altered, or its secret was replaced. Open it again from the mail, by the link itself and not by a copy.`,
      );
    case 'over':
      return words(
        410,
        'This link is over',
        html`It was good until ${moment(refused.until)}. A newer mail has a newer link.`,
      );
    case 'removed':
      return words(
        410,
        'It is no longer registered',
        html`What this link was about has left the registry, so nobody is told about it any more.`,
      );
    case 'notARecipient':
      return words(
        403,
        'This link is no longer yours',
        html`The mail it came in went to somebody who is no longer among the owners. Ask an owner, or whoever runs the watcher.`,
      );
    case 'notWatched':
      return words(410, 'It is no longer watched', notWatched(refused));
    case 'expiryChanged':
      return words(410, 'Its expiry has changed', expiryChanged(refused));
  }
}

function words(status: number, heading: string, text: Html): Words {
  return { status, heading, text };
}

function notWatched({ displayName, replacedBy }: Extract<Refused, { refused: 'notWatched' }>): Html {
  if (replacedBy === undefined)
    return html`<bdi>${displayName}</bdi> is disabled in the registry, so nobody is told about it.`;
  return html`<bdi>${displayName}</bdi> was replaced; in its registry row, <code>replacedBy</code> is <bdi>${replacedBy}</bdi>. Clear that to watch it again.`;
}

function expiryChanged({
  displayName,
  about,
  expiresOn,
}: Extract<Refused, { refused: 'expiryChanged' }>): Html {
  return html`The mail about <bdi>${displayName}</bdi> spoke of ${expiryWords(about)}. Now it has ${expiryWords(expiresOn)}. There is nothing left to snooze; a mail about the new expiry brings a link of its own.`;
}

function expiryWords(expiresOn: Instant | 'never' | undefined): string {
  if (typeof expiresOn === 'number') return `the expiry ${moment(expiresOn)}`;
  return expiresOn === 'never' ? 'no expiry at all' : 'no known expiry';
}
