/** What each answer of Microsoft Graph to a mail means. */
import { type HttpAnswer, RequestFailed } from '../../src/azure/request';
import { graphOutcome } from '../../src/email/transports/graph-answers';

function answer(status: number, code?: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const body = code === undefined ? '' : JSON.stringify({ error: { code, message: 'SECRET' } });
  return { status, header: name => headers[name], body };
}

function meaning(result: HttpAnswer | RequestFailed): string {
  const found = graphOutcome(result);
  expect(JSON.stringify(found)).not.toContain('SECRET');
  return found.outcome === 'accepted' ? 'accepted' : `${found.outcome} ${found.cause}`;
}

test.each([
  [202, undefined, 'accepted'],
  [200, undefined, 'accepted'],
  [400, 'ErrorInvalidRecipients', 'refused recipient'],
  [400, 'ErrorMimeContentInvalid', 'refused content'],
  [400, undefined, 'refused content'],
  [413, undefined, 'refused content'],
  [400, 'ErrorSendAsDenied', 'unsettled ours'],
  [507, 'ErrorQuotaExceeded', 'unsettled ours'],
  [401, 'InvalidAuthenticationToken', 'unsettled ours'],
  [403, 'ErrorAccessDenied', 'unsettled ours'],
  [404, 'ErrorInvalidUser', 'unsettled ours'],
  [404, undefined, 'unsettled ours'],
  [405, undefined, 'unsettled ours'],
  [415, undefined, 'unsettled ours'],
  [302, undefined, 'unsettled ours'],
  [429, 'ApplicationThrottled', 'unsettled service'],
  [429, 'ErrorExceededMessageLimit', 'unsettled service'],
  [503, undefined, 'unsettled service'],
  [408, undefined, 'unsettled unknown'],
  [500, 'UnknownError', 'unsettled unknown'],
  [502, undefined, 'unsettled unknown'],
  [504, undefined, 'unsettled unknown'],
])('%i %s is %s', (status, code, expected) => expect(meaning(answer(status, code))).toBe(expected));

test('a wait that it asks for is known', () => {
  for (const status of [429, 503, 500])
    expect(graphOutcome(answer(status, undefined, { 'retry-after': '17' }))).toMatchObject({
      retryAfterMs: 17_000,
    });
});

test.each([
  ['signIn', undefined, 'unsettled signIn'],
  ['timeout', undefined, 'unsettled unknown'],
  ['notHttp', 'HPE_INVALID_CONSTANT', 'unsettled unknown'],
  ['unreachable', 'ECONNRESET', 'unsettled unknown'],
  ['unreachable', undefined, 'unsettled unknown'],
  ['unreachable', 'ECONNREFUSED', 'unsettled service'],
  ['unreachable', 'ENOTFOUND', 'unsettled service'],
] as const)('%s %s is %s', (reason, code, expected) =>
  expect(meaning(new RequestFailed(reason, code))).toBe(expected),
);

test('words name what to correct, and an unknown code is not repeated', () => {
  expect(graphOutcome(answer(403, 'EveryLetterASecret'))).toMatchObject({
    message: expect.stringMatching(/^Microsoft Graph answered 403 other: .*RBAC for Applications/),
  });
  expect(graphOutcome(answer(404))).toMatchObject({ message: expect.stringContaining('GRAPH_MAIL_SENDER') });
});
