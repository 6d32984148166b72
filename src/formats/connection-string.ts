/** Connection strings of Azure's accounts: `Name=value;Name=value`. */

/** Names in lower case. A value can contain `=`: base64 ends with it. */
export function parseConnectionString(text: string): ReadonlyMap<string, string> {
  const parts = text.split(';').map(part => {
    const mark = part.indexOf('=');
    return [part.slice(0, mark).trim().toLowerCase(), part.slice(mark + 1).trim()] as const;
  });
  return new Map(parts);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;

/** Whether a text is base64 with its padding, as an account's key is; an empty one is none. */
export function isBase64(text: string): boolean {
  return BASE64.test(text);
}
