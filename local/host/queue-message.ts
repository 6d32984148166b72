/** Queue messages as the Functions host writes and reads them: base64 of UTF-8 text, most often JSON. */

export function encodeMessage(message: object): string {
  return Buffer.from(JSON.stringify(message)).toString('base64');
}

/** What a handler is given, or `undefined` for what isn't base64 and so never reaches one. */
export function decodeMessage(text: string): { readonly content: unknown } | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? { content: parsedOrText(bytes.toString()) } : undefined;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
