/** The place of the dashboard where a target is added: the ways that need no form, and what an empty registry teaches. */
import { type Html, html } from '../../formats/html';

const SAMPLE_CSV = `scope,name,owners,displayName
iotCentralToken:contoso.azureiotcentral.com,gateway-prod,ada@example.com,Gateway (prod)
containerApp:651f8027-33e8-4ec4-97b4-f6e9f3dc8744,rg-shop:shop-worker,"ada@example.com, grace@example.com",Shop worker`;

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
    'Many rows at once, as a spreadsheet saves them. Each line gets its own answer; ?dryRun=true only looks.',
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

/** @param isEmpty nothing is watched yet: then the ways are open, and come with what to do first */
export function addCard(isEmpty: boolean): Html {
  const first = html`<ol class="steps">
<li><b>Choose one token</b> that somebody would miss: a container app’s, or an API token of an IoT Central application.</li>
<li><b>Add it</b> with its owners: who gets the mails, and what is read, are all that the watcher must know.</li>
<li><b>Wait for the next sweep</b> (within five minutes, as a rule): it reads the expiry, and this page shows it. Where the watcher may not read it, the page says which role is missing. Rows that are in the registry already show then, too.</li>
</ol>
`;
  return html`<section class="card adding" aria-labelledby="add">
<h2 id="add" tabindex="-1">Add a target</h2>
${isEmpty && first}<details class="plainly" id="waysToAdd"${isEmpty && html` open`}>
<summary>Other ways: a program, a CSV file, the table itself</summary>
<div class="ways">${WAYS.map(way)}
<div><h3>An example file</h3><p class="hint">registry.csv; docs/api.md names every column.</p>${sample(SAMPLE_CSV, 'registry.csv')}</div></div>
</details>
</section>
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
