/** What a person can do about a target, as forms: read it now, and edit its registry row; each only where it can work. */

import { isWatched } from '../../core/target';
import { type Html, html } from '../../formats/html';
import type { Explanation } from '../../watch/report/explain';
import type { TaggedRow } from '../registry/answers';
import { editForm, type Returned } from './edit';
import { type Links, listPath } from './links';

export function actionsCard(
  { row: watched }: Explanation,
  row: TaggedRow | undefined,
  returned: Returned | undefined,
  links: Links,
): Html | undefined {
  if (!watched || !row) return undefined;
  const canCheck = isWatched(watched.columns) && watched.faults.length === 0;
  // No column mends a key: whatever is sent is refused.
  const badKey = watched.faults.some(fault => /^(key|PartitionKey):/.test(fault));
  return html`<section class="card doing" aria-labelledby="actions"><h2 id="actions">What you can do</h2>
${canCheck && checkForm(links)}${badKey ? KEY_WORDS : editForm(row, returned, links)}</section>
`;
}

const KEY_WORDS = html`<p class="hint">Its key can’t be understood, and no key can be edited: register it anew under the right one, and remove this row.</p>
`;

function checkForm(links: Links): Html {
  return html`<form class="check" method="post" action="${listPath({}, links)}">
<input type="hidden" name="act" value="check"><button data-busy="Reading…">Check now</button>
<p class="hint">Reads it once, now, and records what comes back, as a sweep would. That can take some seconds.</p>
</form>
`;
}
