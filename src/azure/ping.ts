/** The outgoing ping: one short request to a dead-man's switch, which raises the alarm where it hears nothing. */
import { SECOND } from '../formats/instant';
import { createHttpClient, RequestFailed, requestsThrough } from './request';

const LIMITS = { timeoutMs: 10 * SECOND, maxBytes: 64 * 1_024 };

export type Ping = (outcome: 'complete' | 'late' | 'failed', log: { warn(message: string): void }) => void;

/**
 * Nothing waits for the ping that this sends, so it neither delays nor fails a sweep. What went wrong with it is told with the
 * next one, since the call that sent it has ended by then; without the address, which is a secret.
 */
export function pinger(url: string): Ping {
  const get = requestsThrough(createHttpClient(new URL(url).protocol === 'https:', LIMITS));
  let trouble: string | undefined;
  return (outcome, log) => {
    if (trouble !== undefined) log.warn(`The ping before this one did not arrive: ${trouble}.`);
    trouble = undefined;
    // Silence is what a dead-man's switch waits for.
    if (outcome === 'late') return;
    get('GET', outcome === 'complete' ? url : failureUrl(url)).then(
      answer => {
        trouble = troubleIn(answer);
      },
      () => {
        // Whatever it is: an error that nobody handles would end the process.
        trouble = 'it could not be sent';
      },
    );
  };
}

/** `/fail` goes to the end of the path, as healthchecks.io takes it (https://healthchecks.io/docs/signaling_failures/). */
function failureUrl(url: string): string {
  const failure = new URL(url);
  failure.pathname = `${failure.pathname.replace(/\/+$/, '')}/fail`;
  return failure.href;
}

function troubleIn(answer: Awaited<ReturnType<ReturnType<typeof requestsThrough>>>): string | undefined {
  if (answer instanceof RequestFailed) return `${answer.reason}${answer.codeInBrackets}`;
  return answer.status >= 200 && answer.status < 300 ? undefined : `HTTP ${answer.status}`;
}
