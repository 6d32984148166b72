/** JSON from outside: its type is unknown until a schema has checked it. */

/** `undefined` where the text is not JSON. The parser's own message is dropped, because it would quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
