/** How these tests ask a simulated service: plain HTTP, redirects not followed, the body kept as it came. */
export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  readonly body: unknown;
}

export async function ask(
  method: string,
  url: string,
  init: Omit<RequestInit, 'method'> = {},
): Promise<Asked> {
  const response = await fetch(url, { redirect: 'manual', ...init, method });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** The body's value at `error.code` and the like. */
export function at(body: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null
      ? Object.entries(value).find(([name]) => name === key)?.[1]
      : undefined;
  }, body);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
