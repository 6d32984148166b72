/** Mail addresses: which ones the mail service takes, and which two are the same. */
import { quoted } from '../formats/invisible';
import { splitList } from '../formats/text';

const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

const BEYOND_ASCII = /\P{ASCII}/u;

/** Whether a text is one mail address that the mail service takes. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text) && !/(^\.|\.@|\.\.)/.test(text);
}

/** A name in quotes, an address in brackets, a separator, or a word. */
const TOKENS = /"[^"]*"|<\s*[^<>,;\s]+\s*>|[,;\r\n]|[^\s,;<"]+|["<]/g;

/** What is wrong with a text in the place of an address; undefined for an address that the mail service takes. */
export function addressFault(text: string): string | undefined {
  if (isAddress(text)) return undefined;
  const fault = `${quoted(text)} is not a mail address`;
  const ascii = asciiDomain(text);
  if (ascii !== undefined && isAddress(ascii)) return `${fault} that every mail server takes; write ${ascii}`;
  if (BEYOND_ASCII.test(text) && text.includes('@'))
    return `${fault} that every mail server takes: its letters must be those of ASCII; write for example ada@example.com`;
  return `${fault}; write for example ada@example.com`;
}

/** The address with its domain in ASCII (`xn--…`); undefined where it is, or where that is not possible. */
function asciiDomain(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  if (at < 1 || !BEYOND_ASCII.test(domain) || /[/?#:\\\s]/.test(domain)) return undefined;
  const url = `http://${domain}`;
  return URL.canParse(url) ? `${text.slice(0, at)}@${new URL(url).hostname}` : undefined;
}

/**
 * Splits a list of addresses, each alone or as mail programs copy it: `Ada Lovelace <ada@example.com>`. Names are dropped. Where
 * semicolons or lines separate the items, a comma belongs to a name: `Lovelace, Ada <ada@example.com>;`.
 */
export function splitAddresses(text: string): string[] {
  if (!text.includes('<')) return splitList(text);
  const tokens = Array.from(text.matchAll(TOKENS), ([token]) => token);
  const separators = tokens.some(token => /^[;\r\n]$/.test(token)) ? /^[;\r\n]$/ : /^,$/;
  const items: string[] = [];
  let words: string[] = [];
  for (const token of tokens) {
    const address = /^<\s*(.+?)\s*>$/.exec(token)?.[1];
    const isSeparator = separators.test(token);
    if (address === undefined && !isSeparator) {
      if (token !== ',') words.push(token);
    } else {
      // Before an address in brackets only words with an @ are addresses of their own.
      items.push(...(address === undefined ? words : words.filter(word => word.includes('@'))));
      if (address !== undefined) items.push(address);
      words = [];
    }
  }
  return [...items, ...words].flatMap(splitList);
}

/** The addresses of a list in a row or setting, each once without regard to case, and a fault for every other item. */
export function parseAddresses(text: string): { addresses: string[]; faults: string[] } {
  const addresses = new Map<string, string>();
  const faults: string[] = [];
  const inQuotes = text.includes('<') ? ', and a name with a comma in quotes' : '';
  for (const item of splitAddresses(text)) {
    const fault = addressFault(item);
    if (fault !== undefined) faults.push(item.includes('@') ? fault : `${fault}${inQuotes}`);
    else if (!addresses.has(addressKey(item))) addresses.set(addressKey(item), item);
  }
  return { addresses: [...addresses.values()], faults };
}

/** The key by which an address is stored and found: addresses that differ only in case are the same. */
export function addressKey(address: string): string {
  return address.toLowerCase();
}

export function isSameAddress(a: string, b: string): boolean {
  return addressKey(a) === addressKey(b);
}

export function includesAddress(addresses: readonly string[], address: string): boolean {
  return addresses.some(other => isSameAddress(other, address));
}

/** In lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
