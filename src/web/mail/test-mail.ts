/** `POST mail/test`: sends one test mail and says what the transport answered; and the button of the dashboard that does the same. */
import * as v from 'valibot';
import { trimmed } from '../../formats/invisible';
import { parseJson } from '../../formats/json';
import { counted } from '../../formats/when';
import type { TestMailResult } from '../../watch/remind/test-mail';
import { UNKNOWN_CALLER } from '../access';
import { type BodyRule, FORM, readContent } from '../content';
import { faultPage, signedOutPage } from '../dashboard/frame';
import { linksOf } from '../dashboard/links';
import { aboutPage, FORM_BODY } from '../page';
import { badRequest, jsonOf, problem, type Response, secondsToWait } from '../problem';
import { NO_QUERY } from '../query';
import { type Call, lenient, type Route, strict } from '../route';
import { described } from '../shape';
import { resultPage, unsentPage } from './test-form';

const WHICH = 'write one mail address as a text, or leave it out for the operators';
const TestMailRequest = v.strictObject({
  to: v.exactOptional(
    described(
      v.string(WHICH),
      'An owner of the registry, or an operator. Without it the mail goes to the first operator.',
    ),
  ),
});
const TestMailBody = v.object({
  to: described(v.string(), 'The one address it went to.'),
  transport: described(v.string(), '`acs`, `smtp` or `graph`.'),
  answer: described(v.string(), 'What the transport said, in words.'),
});
const TEST_MAIL = jsonOf(TestMailBody);
const JSON_BODY: BodyRule = { types: ['application/json'], mostBytes: 64 * 1_024 };

export const testMail: Route = {
  name: 'testMail',
  path: 'mail/test',
  components: { TestMail: TestMailBody, TestMailRequest },
  methods: {
    POST: strict({
      tag: 'Acting',
      summary: 'Send one test mail',
      description:
        'It takes a place of the mail quota, as any mail. The answer is what the transport said; the mail is not followed.',
      query: NO_QUERY,
      body: { 'application/json': TestMailRequest },
      bodyIsOptional: true,
      responses: { 200: { is: 'The transport took the mail.', content: TEST_MAIL.content } },
      problems: [
        'bad-body',
        'unknown-address',
        'too-large',
        'wrong-content-type',
        'mail-quota',
        'mail-not-taken',
      ],
      handler: async call => {
        const asked = await requestIn(call);
        if ('refusal' in asked) return asked.refusal;
        try {
          return resultResponse(await send(asked.to, call));
        } catch (error) {
          // Who asks for a proof has just written settings. The message names each wrong one, and no secret.
          if (!(error instanceof Error && error.name === 'BadSettings')) throw error;
          return problem('internal-fault', error.message);
        }
      },
    }),
  },
};

export const dashboardMail: Route = {
  name: 'dashboardMail',
  path: 'dashboard/mail',
  onFault: faultPage,
  onSignedOut: signedOutPage,
  methods: {
    POST: lenient({
      tag: 'Pages',
      summary: 'Sends one test mail',
      description:
        'What `POST mail/test` does, as the button of the dashboard. An empty field means the operators.',
      body: FORM_BODY,
      responses: {
        200: aboutPage('The transport took the mail.'),
        400: aboutPage('The form is not understood, or nobody with this address is told of anything.'),
        401: aboutPage(UNKNOWN_CALLER),
        403: aboutPage('The form came from another site.'),
        413: aboutPage('The form is too large.'),
        415: aboutPage('This is not a form.'),
        429: { ...aboutPage('The mail quota is spent.'), headers: { 'Retry-After': 'Seconds to wait.' } },
        500: aboutPage('An error occurred in the watcher; its log has the cause.'),
        502: aboutPage('The mail was not taken: the page says why.'),
      },
      onCrossSite: () => unsentPage(403),
      handler: async call => {
        const content = await readContent(call, FORM);
        if ('refusal' in content) return unsentPage(content.refusal.status);
        const asked = addressIn(content.text);
        return asked ? resultPage(await send(asked.to, call), linksOf(call.url)) : unsentPage(400);
      },
    }),
  },
};

async function send(to: string | undefined, { app, log }: Call): Promise<TestMailResult> {
  return await app().testMail(to, log);
}

type Asked = { readonly to: string | undefined };

/** A client may leave the whole body out, and its type with it. */
async function requestIn({ header, bytes }: Call): Promise<Asked | { readonly refusal: Response }> {
  const body = await bytes(JSON_BODY.mostBytes);
  if (body?.length === 0) return { to: undefined };
  const content = await readContent({ header, bytes: async () => body }, JSON_BODY);
  if ('refusal' in content) return content;
  const json = parseJson(content.text);
  const parsed = v.safeParse(TestMailRequest, Array.isArray(json) ? undefined : json);
  if (parsed.success) return { to: parsed.output.to && trimmed(parsed.output.to) };
  const faults = parsed.issues.map(issue => {
    const parameter = v.getDotPath(issue);
    if (parameter === null)
      return { parameter: 'body', detail: 'send a JSON object, such as {"to": "ada@example.com"}' };
    return { parameter, detail: parameter === 'to' ? WHICH : 'there is no such member; the only one is to' };
  });
  return { refusal: badRequest(faults, 'bad-body') };
}

/** Undefined for a form that is not the dashboard's. */
function addressIn(form: string): Asked | undefined {
  const [[field, text = ''] = [], ...others] = [...new URLSearchParams(form)];
  if (field !== 'to' || others.length > 0) return undefined;
  return { to: trimmed(text) || undefined };
}

function resultResponse(result: TestMailResult): Response {
  switch (result.is) {
    case 'taken': {
      const { to, transport, answer } = result;
      return TEST_MAIL.answer(200, { to, transport, answer });
    }
    case 'notTaken':
      return problem('mail-not-taken', `By ${result.transport} to ${result.to}: ${result.answer}`);
    case 'notSet':
      return problem('mail-not-taken', result.reason);
    case 'unknownAddress':
      return badRequest([{ parameter: 'to', detail: result.reason }], 'unknown-address');
    case 'quotaSpent': {
      const seconds = secondsToWait(result.retryAfterMs);
      const detail = `Nothing was sent: the mail quota is spent. Ask again in ${counted(seconds, 'second')}.`;
      return problem('mail-quota', detail, {}, { 'retry-after': String(seconds) });
    }
  }
}
