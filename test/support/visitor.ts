/** A browser without a script: it opens pages, fills in their forms and presses their buttons. */
import type { Answered, Ask } from './asking';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
export const plain = (text: string) => text.replace(/&(\w+|#39);/g, (whole, name) => ENTITIES[name] ?? whole);
/** What a person reads on a page. */
export const wordsOf = (text: string) =>
  plain(text.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');

interface Form {
  readonly action: string;
  readonly isMultipart: boolean;
  readonly fields: Record<string, string>;
  readonly files?: Record<string, File>;
}

export interface Visitor {
  /** The page that is shown, and the address it has. */
  page(): Answered;
  address(): string;
  words(): string;
  open(path: string): Promise<Answered>;
  /** What the form of a button holds. */
  fields(button: string): Record<string, string>;
  /** Types into the form of a button and presses it. A field of `undefined` is a box without a tick. A file has a name and a text. */
  press(button: string, typed?: Readonly<Record<string, string | undefined | File>>): Promise<Answered>;
  /** Sends the last form once more, as a reload of its answer does; after a redirect only the page is loaded. */
  reload(): Promise<Answered>;
  by: Record<string, string>;
}

const BASE = 'http://x/api/';

export function visitor(ask: Ask): Visitor {
  let shown: Answered | undefined;
  let address = BASE;
  let again: () => Promise<Answered> = () => Promise.reject(new Error('No page is open.'));
  const by: Record<string, string> = { 'sec-fetch-site': 'same-origin' };
  const page = () => {
    if (!shown) throw new Error('No page is open.');
    return shown;
  };
  const get = async (to: string): Promise<Answered> => {
    address = new URL(to, address).href;
    const here = address;
    again = () => get(here);
    shown = await ask(here.slice(BASE.length));
    return shown;
  };
  const send = async (to: string, form: Form): Promise<Answered> => {
    address = new URL(to, address).href;
    const here = address;
    again = () => send(here, form);
    const { type, body } = form.isMultipart ? await multipart(form) : urlEncoded(form);
    const answer = await ask(here.slice(BASE.length), {
      method: 'POST',
      redirect: 'manual',
      headers: { ...by, 'content-type': type },
      body,
    });
    const location = answer.headers.get('location');
    if (answer.status === 303 && location !== null) return await get(location);
    shown = answer;
    return answer;
  };
  const find = (button: string): Form => {
    const form = formsIn(page().text).find(one => one.button === button);
    if (!form) throw new Error(`No form has the button '${button}'.`);
    return form;
  };
  return {
    page,
    by,
    address: () => address.slice(BASE.length),
    words: () => wordsOf(page().text),
    open: path => get(BASE + path),
    fields: button => find(button).fields,
    reload: () => again(),
    press: async (button, typed = {}) => {
      const { action, isMultipart, fields, files: empty } = find(button);
      const files: Record<string, File> = { ...empty };
      const sent: Record<string, string> = { ...fields };
      for (const [name, value] of Object.entries(typed)) {
        if (value === undefined) delete sent[name];
        else if (value instanceof File) files[name] = value;
        else sent[name] = value;
      }
      return await send(action, { action, isMultipart, fields: sent, files });
    },
  };
}

function formsIn(page: string): (Form & { readonly button: string })[] {
  return [
    ...page.matchAll(
      /<form method="post"[^>]*>.*?<\/form>|<form class="[^"]*" method="post"[^>]*>.*?<\/form>/gs,
    ),
  ].map(([form]) => {
    const [head = ''] = /^<form[^>]*>/.exec(form) ?? [];
    const isMultipart = head.includes('multipart/form-data');
    const fields: Record<string, string> = {};
    const empty: string[] = [];
    for (const [input] of form.matchAll(/<input [^>]*>/g)) {
      const at = (name: string) => plain(new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? '');
      if (at('type') === 'checkbox' && !/ checked/.test(input)) continue;
      if (at('type') !== 'file') fields[at('name')] = at('value');
      else empty.push(at('name'));
    }
    for (const [, name = '', value = ''] of form.matchAll(
      /<textarea[^>]*? name="(\w+)"[^>]*>\n?(.*?)<\/textarea>/gs,
    ))
      fields[name] = plain(value);
    for (const [, name = '', options = ''] of form.matchAll(
      /<select[^>]*? name="(\w+)"[^>]*>(.*?)<\/select>/gs,
    ))
      fields[name] = plain(/<option[^>]*>(.*?)<\/option>/.exec(options)?.[1] ?? '');
    const button = plain(/<button[^>]*>(.*?)<\/button>/s.exec(form)?.[1] ?? '');
    const action = plain(/ action="([^"]*)"/.exec(head)?.[1] ?? '');
    // A browser sends an empty file where none was chosen.
    const files = Object.fromEntries(empty.map(name => [name, new File([], '')]));
    return { action, isMultipart, fields, files, button };
  });
}

/** A browser ends the lines of a text with CRLF. */
const sentText = (text: string) => text.replace(/\r\n|\r|\n/g, '\r\n');

function urlEncoded({ fields }: Form) {
  const texts = Object.entries(fields).map(([name, text]): [string, string] => [name, sentText(text)]);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(texts).toString() };
}

/** As browsers write it: a field without a file has an empty file name. */
async function multipart({ fields, files = {} }: Form) {
  const head = (name: string, more = '') =>
    `------page\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const parts: Buffer[] = [];
  for (const [name, text] of Object.entries(fields))
    parts.push(Buffer.from(`${head(name)}${sentText(text)}\r\n`));
  for (const [name, file] of Object.entries(files)) {
    const begin = head(name, `; filename="${file.name}"\r\nContent-Type: text/csv`);
    parts.push(Buffer.from(begin), Buffer.from(await file.arrayBuffer()), Buffer.from('\r\n'));
  }
  const body = new Uint8Array(Buffer.concat([...parts, Buffer.from('------page--\r\n')]));
  return { type: 'multipart/form-data; boundary=----page', body };
}
