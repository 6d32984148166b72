/** The route of the page that imports a CSV file: first it reports, then it writes what was looked at. */
import { sha256 } from '../../formats/hash';
import { readSpreadsheet } from '../content';
import { type MultipartForm, readMultipart } from '../form';
import { aboutPage } from '../page';
import type { Response } from '../problem';
import { parseRegistryCsv } from '../registry/csv-file';
import { type Call, lenient, type Route } from '../route';
import { actorOf } from './acts';
import { crossSitePage, faultPage, OF_FORMS, OF_PAGES, signedOutPage, unreadablePage } from './frame';
import { type ImportView, importPage } from './import';
import { linksOf, withoutSlash } from './links';

const UP = '../';
/** A confirmation carries the file in base64: a third more. */
const MOST_BYTES = 8 * 1_024 * 1_024;
const LONGEST_FILE = 5 * 1_024 * 1_024;
const TOO_LARGE = 'A file has at most 5 MiB here. A program may send 8 MiB to POST registry/import.';

export const dashboardImport: Route = {
  name: 'dashboardImport',
  path: 'dashboard/import',
  onFault: faultPage,
  onSignedOut: signedOutPage,
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'The form that imports a CSV file',
      description: 'Without a script: a file, or its text.',
      responses: { ...OF_PAGES, 200: aboutPage('The page.') },
      handler: ({ url }) => withoutSlash(url) ?? importPage(200, { pasted: '' }, linksOf(url)),
    }),
    POST: lenient({
      tag: 'Pages',
      summary: 'Imports a CSV file, in two steps',
      description:
        'What `POST registry/import` does. The first answer only reports; its button writes, unless the registry was changed since.',
      body: { 'multipart/form-data': 'text' },
      responses: {
        200: aboutPage('What would become of each line, or what became of it.'),
        400: aboutPage('The form is not understood.'),
        403: aboutPage('The form came from another site.'),
        409: aboutPage('The registry was changed since the report: this is a new one.'),
        413: aboutPage('The file is too large.'),
        415: aboutPage('This is not such a form.'),
        422: aboutPage('The file as a whole is refused.'),
        ...OF_FORMS,
      },
      onCrossSite: ({ url }) => crossSitePage(linksOf(url), UP),
      handler: postImport,
    }),
  },
};

async function postImport(call: Call): Promise<Response> {
  const links = linksOf(call.url);
  const form = await readMultipart(call, MOST_BYTES);
  if ('status' in form) return unreadablePage(form.status, links, UP, TOO_LARGE);
  const asked = askedIn(form);
  if (!asked) return unreadablePage(400, links, UP);
  if (asked.file.length > LONGEST_FILE) return unreadablePage(413, links, UP, TOO_LARGE);
  const { status, view } = await importFile(asked, call);
  return importPage(status, view, links);
}

interface Asked {
  readonly file: Uint8Array;
  readonly pasted: string;
  /** What stands for the report that the person confirms; undefined where none was seen. */
  readonly seen: string | undefined;
}

/** Undefined for any other form. */
function askedIn({ texts, files }: MultipartForm): Asked | undefined {
  const [act, file, pasted] = [texts.get('act'), files.get('file'), texts.get('text')];
  const [csv, seen] = [texts.get('csv'), texts.get('seen')];
  if (act === 'look' && file && pasted !== undefined && texts.size === 2 && files.size === 1) {
    // A browser sends an empty file where none was chosen.
    const bytes = file.bytes.length > 0 ? file.bytes : Buffer.from(pasted);
    return { file: bytes, pasted: file.bytes.length > 0 ? '' : pasted, seen: undefined };
  }
  if (act !== 'import' || csv === undefined || seen === undefined || texts.size !== 3 || files.size > 0)
    return undefined;
  return { file: Buffer.from(csv, 'base64'), pasted: '', seen };
}

async function importFile(
  { file, pasted, seen: confirmed }: Asked,
  call: Call,
): Promise<{ readonly status: number; readonly view: ImportView }> {
  const { text, fault } = readSpreadsheet(file);
  if (text === undefined) return { status: 422, view: { pasted, fault } };
  const parsed = parseRegistryCsv(text);
  if ('fault' in parsed) return { status: 422, view: { pasted, fault: `${parsed.fault}.` } };
  const run = (dryRun: boolean) => call.app().importRows(parsed.lines, dryRun, call.log, actorOf(call));
  const planned = await run(true);
  const seen = sha256(JSON.stringify([text, planned]));
  // Sent again after it was done, the same file has another report: nothing is left to write.
  const written = confirmed === seen;
  const lines = written ? await run(false) : planned;
  const changedMeanwhile = confirmed !== undefined && !written;
  const base64 = written ? '' : Buffer.from(file).toString('base64');
  const report = { lines, source: parsed.lines, written, changedMeanwhile, file: base64, seen };
  return { status: changedMeanwhile ? 409 : 200, view: { pasted, report } };
}
