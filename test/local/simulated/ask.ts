/** Sends plain HTTP requests to a simulated service: redirects are not followed, and the body is kept as sent. */
export interface HttpResult {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` if it is not JSON. */
  readonly body: unknown;
}

export async function ask(
  method: string,
  url: string,
  init: Omit<RequestInit, 'method'> = {},
): Promise<HttpResult> {
  const response = await fetch(url, { redirect: 'manual', ...init, method });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** The value of the body at a path such as `error.code`. */
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
