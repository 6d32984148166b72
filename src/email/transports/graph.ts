/** Mail by Microsoft Graph: the whole MIME message in one request, since its JSON form takes only headers that begin with `x-`. */
import { answerOf, createHttpClient, RequestFailed, requestsThrough } from '../../azure/request';
import { bearerPolicy } from '../../azure/sign-in';
import { parseEndpoint } from '../../formats/endpoint';
import type { Mailer } from '../../watch/ports';
import { messageOf } from '../mime';
import { graphOutcome } from './graph-answers';
import { type GraphSettings, graph } from './graph-settings';
import type { MailerContext } from './transport';

const MAX_BYTES = 64 * 1_024;

/** @throws Error when the endpoint is neither https nor on this machine (rule 21). */
export function createMailer(options: GraphSettings & MailerContext): Mailer {
  const { timeoutMs, sender, credential } = options;
  const { promises } = graph;
  const parsed = parseEndpoint(options.endpoint);
  if ('fault' in parsed) throw new Error(`Microsoft Graph: ${parsed.fault}.`);
  const { origin } = parsed;
  const secure = origin.startsWith('https://');
  const client = createHttpClient(secure, { timeoutMs, maxBytes: MAX_BYTES });
  const signIn = secure ? bearerPolicy(credential, `${origin}/.default`, timeoutMs) : undefined;
  const request = requestsThrough(client, signIn);
  const url = `${origin}/v1.0/users/${encodeURIComponent(sender)}/sendMail`;
  return {
    promises,
    async send(digest, operationId) {
      const message = await messageOf(digest, operationId, options, promises);
      if (!Buffer.isBuffer(message)) return message;
      const body = { contentType: 'text/plain', text: message.toString('base64') };
      const answer = await request('POST', url, AbortSignal.timeout(timeoutMs), body);
      const whole = answer instanceof RequestFailed && answer.partial ? answerOf(answer.partial) : answer;
      return graphOutcome(whole);
    },
    close: async () => {},
  };
}
