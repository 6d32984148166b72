/** What an empty registry teaches: what to do first; and the ways to add targets that need no form. */
import { type Html, html } from '../../formats/html';
import { EXAMPLE } from '../registry/csv-file';

/** What an empty registry shows above the form. */
export const FIRST_STEPS = html`<ol class="steps">
<li><b>Choose one token</b> that somebody would miss: a container app’s, or an API token of an IoT Central application.</li>
<li><b>Add it</b> with its owners, who get the mails.</li>
<li><b>Wait for the next sweep</b> (within five minutes, as a rule): it reads the expiry, and this page shows it. Where the watcher may not read it, the page says which role is missing. Rows that are in the registry already show then, too.</li>
</ol>
`;

/** The same in a program, a file, and the table itself. */
const WAYS: readonly (readonly [title: string, words: string, sample: string])[] = [
  [
    'With the API',
    'One row, by its scope and name. It says what is wrong with it before anything is written.',
    `curl --fail-with-body --request PUT "$url/api/registry/iotCentralToken%3Acontoso.azureiotcentral.com/gateway-prod" \\
  --header "x-functions-key: $key" --header 'content-type: application/json' \\
  --data '{"owners": "ada@example.com"}'`,
  ],
  [
    'From a CSV file',
    'Many rows at once, as a spreadsheet saves them: on the page Import, or by a program. Each line gets its own answer; ?dryRun=true only looks.',
    `curl --request POST "$url/api/registry/import?dryRun=true" \\
  --header "x-functions-key: $key" --header 'content-type: text/csv' --data-binary @registry.csv`,
  ],
  [
    'In the table itself',
    'The table registry of the storage account, in the portal, in Storage Explorer or with az. The next sweep reads what is there.',
    `az storage entity insert --account-name ACCOUNT --auth-mode login --table-name registry \\
  --entity PartitionKey=iotCentralToken:contoso.azureiotcentral.com RowKey=gateway-prod owners=ada@example.com`,
  ],
];

/** @param isOpen where nothing is watched yet; else they are folded */
export function waysCard(isOpen: boolean): Html {
  return html`<section class="card" aria-label="Other ways to add targets"><details class="plainly" id="waysToAdd"${isOpen && html` open`}>
<summary>Other ways: a program, a CSV file, the table itself</summary>
<div class="ways">${WAYS.map(way)}
<div><h3>An example file</h3><p class="hint">registry.csv; docs/api.md names every column.</p>${sample(EXAMPLE, 'registry.csv')}</div></div>
</details></section>
`;
}

function way([title, words, text]: (typeof WAYS)[number]): Html {
  return html`<div><h3>${title}</h3><p class="hint">${words}</p>${sample(text, title)}</div>
`;
}

/** It can be scrolled by keyboard. */
function sample(text: string, name: string): Html {
  return html`<pre class="scroll" tabindex="0" role="group" aria-label="${name}"><code>${text}</code></pre>`;
}
