/** The page that imports a CSV file: its form, what would become of each line, and what became of it. */
import { COLUMNS } from '../../core/columns';
import { flagOf, isColumn } from '../../core/row';
import { type Html, html } from '../../formats/html';
import { counted } from '../../formats/when';
import type { ImportLine } from '../../watch/registry/cells';
import type { ImportedLine } from '../../watch/registry/import-plan';
import { marks } from '../page';
import type { Response } from '../problem';
import { EXAMPLE, HEADER } from '../registry/csv-file';
import { framed } from './frame';
import { type Links, linkTo, listPath, targetPath } from './links';

/** What the page shows. */
export interface ImportView {
  /** The text that was pasted, which the form keeps. */
  readonly pasted: string;
  /** Why the file as a whole is refused. */
  readonly fault?: string;
  readonly report?: ImportReport;
}

export interface ImportReport {
  readonly lines: readonly ImportedLine[];
  readonly source: readonly ImportLine[];
  /** The lines were written; else they are only looked at. */
  readonly written: boolean;
  /** The rows changed since the person looked at the report: this is a new one. */
  readonly changedMeanwhile: boolean;
  /** The file in base64, and what stands for this report: both go back with the confirmation. */
  readonly file: string;
  readonly seen: string;
}

/** A page can show only so many lines; rejected ones come first. */
const MOST_SHOWN = 500;
const OUTCOMES: readonly ImportedLine['outcome'][] = ['rejected', 'created', 'updated', 'unchanged'];

export function importPage(status: number, view: ImportView, links: Links): Response {
  const { fault, report } = view;
  const main = html`<div class="title"><h1>Import a CSV file</h1></div>
${fault !== undefined && html`<div class="card notice bad" role="alert"><p><b>Nothing was imported.</b> <bdi>${fault}</bdi></p></div>`}${report && reportCard(report, links)}${formCard(view, links)}`;
  return framed(status, { title: titleOf(view), main, links, up: '../', here: 'import', lasting: false });
}

function titleOf({ fault, report }: ImportView): string {
  if (fault !== undefined) return 'Nothing was imported';
  if (!report) return 'Import a CSV file';
  return report.written ? 'Imported' : 'Nothing is imported yet';
}

function formCard({ pasted, fault, report }: ImportView, links: Links): Html {
  const faulty = fault === undefined ? [] : ['file'];
  return html`<section class="card" aria-labelledby="choose"><h2 id="choose">${report || fault !== undefined ? 'Another file' : 'Choose a file, or paste it'}</h2>
<p class="hint">First you see what would become of each line; nothing is written before you confirm that. The columns are <code>${HEADER.join(',')}</code>. Columns that the file does not have stay as they are; an empty cell clears. <a href="../registry/export${listPath({}, links)}">Export the registry</a> to begin with what is there.</p>
<form method="post" enctype="multipart/form-data" action="import${listPath({}, links)}" aria-label="Import a CSV file">
<input type="hidden" name="act" value="look">
<div class="fields">
<div class="field"><label class="label" for="file">CSV file</label>
<input type="file" id="file" name="file" accept=".csv,.tsv,.txt,text/csv"${marks('file', faulty, ['Hint'])}>
<p class="hint" id="fileHint">As a spreadsheet saves it, at most 5 MiB.</p></div>
<div class="field"><label class="label" for="text">Or its text</label>
<textarea id="text" name="text" rows="6" spellcheck="false" autocapitalize="none" placeholder="${EXAMPLE}">
${pasted}</textarea></div>
</div>
<p class="send"><button data-busy="Reading…">Show what would happen</button></p>
</form></section>
`;
}

function reportCard(report: ImportReport, links: Links): Html {
  const { lines, written, changedMeanwhile } = report;
  const count = (outcome: ImportedLine['outcome']) => lines.filter(line => line.outcome === outcome).length;
  const changes = count('created') + count('updated');
  const counts = OUTCOMES.filter(outcome => count(outcome) > 0).map(
    outcome => `${count(outcome)} ${outcome}`,
  );
  const title = written ? 'Imported' : 'Nothing is imported yet';
  const words = `${counted(lines.length, 'line')}: ${counts.join(', ') || 'none'}.`;
  const again = html`<b>The registry was changed in the meantime,</b> so nothing was imported. This is what would happen now. `;
  return html`<section class="card" aria-labelledby="report"><h2 id="report">${title}</h2>
<div role="status"><p>${changedMeanwhile && again}${words}${!written && changes === 0 && ' There is nothing to import.'}</p></div>
${!written && changes > 0 && confirmForm(report, changes, links)}${linesTable(report, links)}</section>
`;
}

function confirmForm({ file, seen, lines }: ImportReport, changes: number, links: Links): Html {
  const others = lines.some(({ outcome }) => outcome === 'rejected');
  const stopped = lines.filter(({ update }) => update && stopsWatch(update)).length;
  return html`<form class="check" method="post" enctype="multipart/form-data" action="import${listPath({}, links)}" aria-label="Confirm the import">
<input type="hidden" name="act" value="import"><input type="hidden" name="csv" value="${file}"><input type="hidden" name="seen" value="${seen}">
<button data-busy="Importing…">Import ${counted(changes, 'line')}</button>
<p class="hint">${stopped > 0 && html`<b>${counted(stopped, 'target')} will not be watched any more: nobody is told of them.</b> `}${others && 'Rejected lines are left out. '}Each row’s page can undo its part.</p>
</form>
`;
}

function linesTable({ lines, source }: ImportReport, links: Links): Html | undefined {
  const told = OUTCOMES.flatMap(outcome => lines.filter(line => line.outcome === outcome && isTold(line)));
  if (told.length === 0) return undefined;
  const byLine = new Map(source.map(one => [one.line, one]));
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="report">
<table>
<thead><tr><th scope="col">Line</th><th scope="col">Outcome</th><th scope="col">Target</th><th scope="col">Why</th></tr></thead>
<tbody>${told.slice(0, MOST_SHOWN).map(line => lineRow(line, byLine.get(line.line), links))}</tbody>
</table>
</div>
${told.length > MOST_SHOWN && html`<p class="hint">${told.length - MOST_SHOWN} more are not shown.</p>`}`;
}

/** An unchanged line without a word about it is no news. */
function isTold({ outcome, reason, hints }: ImportedLine): boolean {
  return outcome !== 'unchanged' || reason !== undefined || hints !== undefined;
}

type Update = NonNullable<ImportedLine['update']>;

/** Which columns change, as the fields of the form are called. */
function columnWords(update: Update): Html {
  const labels = Object.keys(update.columns).map(
    name => (isColumn(name) ? COLUMNS[name].field?.label : undefined) ?? name,
  );
  return html`<p>${stopsWatch(update) && html`<b>Stops its watch.</b> `}Changes: ${labels.join(', ')}</p>`;
}

/** Nobody is told of such a target any more, so the report must not leave that to a look into the file. */
function stopsWatch({ columns: { enabled, replacedBy = '' } }: Update): boolean {
  return replacedBy !== '' || (enabled !== undefined && flagOf('enabled', enabled) === false);
}

function lineRow(
  { line, outcome, reason, update, hints = [] }: ImportedLine,
  source: ImportLine | undefined,
  links: Links,
): Html {
  const { scope = '', name = '' } = source ?? {};
  const path = outcome === 'rejected' || outcome === 'created' ? undefined : targetPath(scope, name, links);
  const words = [...(reason === undefined ? [] : [reason]), ...hints];
  return html`<tr${outcome === 'rejected' && html` class="rejected"`}><th scope="row">${line}</th><td class="outcome">${outcome}</td><td>${linkTo(path && `../${path}`, name)}<small><bdi>${scope}</bdi></small></td><td>${update && columnWords(update)}${words.map(text => html`<p><bdi>${text}</bdi></p>`)}</td></tr>
`;
}
