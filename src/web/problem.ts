/** Problems: every error answer as `application/problem+json` (RFC 9457), in words for a person and never with a stack. */

/** One fault of a request, by the parameter it is in. */
export interface Fault {
  readonly parameter: string;
  readonly detail: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function badRequest(faults: readonly Fault[]): Answer {
  const detail = faults.map(({ parameter, detail }) => `${parameter}: ${detail}`).join('; ');
  return problem(400, 'A parameter is not understood', detail, { faults });
}

export function internalFault(): Answer {
  return problem(500, 'The watcher met a fault', 'Its log has the cause.');
}

export function json(status: number, value: unknown): Answer {
  return answer(status, 'application/json; charset=utf-8', value);
}

function problem(status: number, title: string, detail: string, more: object = {}): Answer {
  return answer(status, 'application/problem+json; charset=utf-8', {
    type: 'about:blank',
    title,
    status,
    detail,
    ...more,
  });
}

function answer(status: number, contentType: string, value: unknown): Answer {
  // What expires next changes with every sweep, and it is nobody's business but the asker's.
  return {
    status,
    headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}
