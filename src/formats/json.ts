/** JSON from outside: unknown until a schema has seen it. */

/** `undefined` where the text is no JSON; the parser's own message would quote it, and so is dropped. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
