/** Links between the dashboard's pages: relative, so that any origin serves them, and with the key of the address they were asked by. */
import { type Html, html } from '../../formats/html';
import { PRIVATE } from '../page';
import type { Answer } from '../problem';

/** A function key that came in the address goes on in our own links; with Entra sign-in there is none. */
export interface Links {
  readonly code: string | undefined;
}

type Fields = Readonly<Record<string, string | undefined>>;

/** Spaces, controls and what only shapes the characters around it: a link of these alone could not be seen. */
const INVISIBLE = /^[\s\p{C}\u115f\u1160\u3164\uffa0\u2800]*$/u;
const LONGEST_CODE = 1_024;

export function linksOf(url: string): Links {
  const codes = new URL(url).searchParams.getAll('code');
  const [code = ''] = codes;
  return { code: codes.length === 1 && code !== '' && code.length <= LONGEST_CODE ? code : undefined };
}

/** Links are relative to an address without a slash at its end; with one it is the same page, and leads there. */
export function withoutSlash(url: string): Answer | undefined {
  const { pathname, search } = new URL(url);
  const name = /([^/]+)\/$/.exec(pathname)?.[1];
  if (name === undefined) return undefined;
  return { status: 308, headers: { ...PRIVATE, location: `../${name}${search}` }, body: '' };
}

/** The dashboard itself with other parameters, as seen from the dashboard; fields without a text are left out. */
export function listPath(fields: Fields, { code }: Links): string {
  const parameters = new URLSearchParams();
  for (const [field, text] of Object.entries({ ...fields, code }))
    if (text !== undefined && text !== '') parameters.set(field, text);
  return `?${parameters}`;
}

/** A target's page, as seen from the dashboard; undefined for keys that no path can carry. */
export function targetPath(scope: string, name: string, links: Links): string | undefined {
  const parts = [scope, name].map(segment);
  return parts.includes(undefined) ? undefined : `dashboard/${parts.join('/')}${query(links)}`;
}

/** The dashboard, as seen from a target's page. */
export function homePath(links: Links): string {
  return `../../dashboard${query(links)}`;
}

/** A name as a link where there is a path, else as the name alone. */
export function linkTo(path: string | undefined, name: string): Html {
  const shown = html`<bdi>${INVISIBLE.test(name) ? '(no visible name)' : name}</bdi>`;
  return path === undefined ? shown : html`<a href="${path}">${shown}</a>`;
}

function query({ code }: Links): string {
  return code === undefined ? '' : `?${new URLSearchParams({ code })}`;
}

/** Browsers take `.` and `..` for steps even where they are encoded; half a surrogate pair has no encoding at all. */
function segment(text: string): string | undefined {
  if (text === '' || text === '.' || text === '..') return undefined;
  return encodeURIComponent(Buffer.from(text).toString());
}
