/** Links between the dashboard's pages: relative, so that any origin can serve them, and with the function key of the request. */
import { type Html, html } from '../../formats/html';
import { PRIVATE } from '../page';
import type { Response } from '../problem';

/** The function key in the address, which our links repeat. With Entra sign-in there is no key. */
export interface Links {
  readonly code: string | undefined;
}

type Fields = Readonly<Record<string, string | undefined>>;

/** A text of spaces, control characters and characters without a shape: a link with this text is invisible. */
const INVISIBLE = /^[\s\p{C}\u115f\u1160\u3164\uffa0\u2800]*$/u;
const LONGEST_CODE = 1_024;

export function linksOf(url: string): Links {
  const codes = new URL(url).searchParams.getAll('code');
  const [code = ''] = codes;
  return { code: codes.length === 1 && code !== '' && code.length <= LONGEST_CODE ? code : undefined };
}

/** Redirects an address that ends in a slash to the one without it, since relative links need that. */
export function withoutSlash(url: string): Response | undefined {
  const { pathname, search } = new URL(url);
  const name = /([^/]+)\/$/.exec(pathname)?.[1];
  if (name === undefined) return undefined;
  return { status: 308, headers: { ...PRIVATE, location: `../${name}${search}` }, body: '' };
}

/** The same page with other parameters; empty fields are left out. */
export function listPath(fields: Fields, { code }: Links): string {
  const parameters = new URLSearchParams();
  for (const [field, text] of Object.entries({ ...fields, code }))
    if (text !== undefined && text !== '') parameters.set(field, text);
  return `?${parameters}`;
}

/** From the dashboard to a target's page; undefined for keys that no path can hold. */
export function targetPath(scope: string, name: string, links: Links, done?: string): string | undefined {
  const parts = [scope, name].map(segment);
  const search = done === undefined ? query(links) : listPath({ done }, links);
  return parts.includes(undefined) ? undefined : `dashboard/${parts.join('/')}${search}`;
}

/** From a target's page to that of another. */
export function siblingPath(scope: string, name: string, links: Links): string | undefined {
  const path = targetPath(scope, name, links);
  return path === undefined ? undefined : `../../${path}`;
}

export type Place = 'dashboard' | 'add' | 'import' | 'mail';

/**
 * The places of the dashboard, the same in the head of each page.
 * @param up from the page to the folder of the dashboard
 * @param here the page itself; undefined on a target's page
 */
export function places(links: Links, up: string, here: Place | undefined): Html {
  const key = query(links);
  const path = `${up}dashboard`;
  const to = (place: Place, words: Html) =>
    html`<a href="${path}/${place}${key}"${place === here && html` aria-current="page"`}>${words}</a>`;
  const isBelow = here !== 'dashboard';
  const back = html`<a href="${path}${key}"><span aria-hidden="true">‹ </span>Dashboard</a>`;
  return html`<nav aria-label="Pages">${isBelow && back}<a href="${isBelow && `${path}${key}`}#list">Find<span class="long"> a target</span></a>${to('add', html`Add<span class="long"> a target</span>`)}${to('import', html`Import`)}<a href="${up}registry/export${key}">Export</a>${to('mail', html`Test mail`)}</nav>`;
}

/** A name as a link, or the name alone where there is no path. */
export function linkTo(path: string | undefined, name: string): Html {
  const shown = html`<bdi>${INVISIBLE.test(name) ? '(no visible name)' : name}</bdi>`;
  return path === undefined ? shown : html`<a href="${path}">${shown}</a>`;
}

/** The function key as a query, or nothing. */
export function query({ code }: Links): string {
  return code === undefined ? '' : `?${new URLSearchParams({ code })}`;
}

/** Browsers treat `.` and `..` as steps even where they are encoded. The buffer replaces half surrogate pairs, which have no encoding. */
function segment(text: string): string | undefined {
  if (text === '' || text === '.' || text === '..') return undefined;
  return encodeURIComponent(Buffer.from(text).toString());
}
