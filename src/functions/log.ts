/** The log of one call: what the watch says goes to the Functions host under the call's own id. */
import type { InvocationContext } from '@azure/functions';
import type { Log } from '../watch/ports';

export function logOf(context: InvocationContext): Log {
  return { info: message => context.info(message), warn: message => context.warn(message) };
}
