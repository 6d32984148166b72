/** One request to a service and its whole answer within the time allowed, or a failed reading that says why not. */
import { type FailedReading, failed } from '../core/reading';
import type { Asked, Connection, Heard, Line, Service } from './kind';
import { isSecure, senderTo } from './pipeline';
import { createTransport } from './transport';
import { BrokenOff, SignInFailed, TimedOut } from './trouble';

/** An honest answer has less than 2 KiB. */
const MOST_BYTES = 64 * 1_024;

export function connect(service: Service, connection: Connection): Line {
  const bounds = { timeoutMs: connection.timeoutMs, mostBytes: MOST_BYTES };
  const send = senderTo(service, connection, createTransport(isSecure(connection.endpoint), bounds));
  const ask = async (asked: Asked): Promise<Heard | FailedReading> => {
    try {
      const { status, headers, bodyAsText } = await send(asked);
      return { status, header: name => headers.get(name), body: bodyAsText ?? undefined };
    } catch (error) {
      const failure = failureOf(error, service, connection);
      if (failure) return failure;
      throw error;
    }
  };
  return { service, connection, ask };
}

function failureOf(error: unknown, { label }: Service, connection: Connection): FailedReading | undefined {
  if (error instanceof TimedOut)
    return failed('timeout', `${label} did not answer within ${connection.timeoutMs / 1_000} s.`);
  if (error instanceof SignInFailed)
    return failed(
      'notAllowed',
      `The watcher could not sign in to Azure${aside(error.reason)}; check its managed identity and AZURE_CLIENT_ID (on your own machine: az login).`,
    );
  if (!(error instanceof BrokenOff)) return undefined;
  // The codes of Node's HTTP parser: somebody answered, but not in HTTP.
  if (error.code?.startsWith('HPE_'))
    return failed('unintelligible', `What answered in place of ${label} does not speak proper HTTP.`);
  return failed(
    'unreachable',
    `${label} could not be reached, or broke off in the middle of its answer${aside(error.code)}.`,
  );
}

/** Names of errors on our side of the wire: `ECONNREFUSED`, `CredentialUnavailableError`. */
function aside(name: string | undefined): string {
  return name !== undefined && /^\w{3,60}$/.test(name) && name !== 'Error' ? ` (${name})` : '';
}
