/** Answers for the document: what an operation says when it goes well, and its problems by status. */
import { PROBLEMS, type ProblemKind } from '../problem';
import type { Answered, Content, Operation } from './operation';

/** The host answers it before the app is asked. */
const NO_KEY = {
  description: 'No key, or none that opens this function. The platform answers it, without a body.',
};

export function responsesOf({ answers, problems = [], query, isAnonymous }: Operation): object {
  const kinds: ProblemKind[] = [
    ...(query ? (['bad-parameter'] as const) : []),
    ...problems,
    'method-not-allowed',
    'internal-fault',
  ];
  const well = Object.entries(answers).map(([status, answered]) => [status, responseOf(answered)]);
  return {
    ...problemsByStatus(kinds),
    ...(!isAnonymous && { 401: NO_KEY }),
    ...Object.fromEntries(well),
  };
}

export function contentOf(content: Content): object {
  const media = Object.entries(content).map(([type, is]) => [
    type,
    { schema: is === 'text' ? { type: 'string' } : { $ref: `#/components/schemas/${is}` } },
  ]);
  return Object.fromEntries(media);
}

function responseOf({ is, content, headers = {} }: Answered): object {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: is,
    ...(content && { content: contentOf(content) }),
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
  };
}

function problemsByStatus(kinds: readonly ProblemKind[]): Record<string, object> {
  const statuses = [...new Set(kinds.map(kind => PROBLEMS[kind][0]))];
  const responses = statuses.map(status => [
    status,
    problemOf(kinds.filter(kind => PROBLEMS[kind][0] === status)),
  ]);
  return Object.fromEntries(responses);
}

/** The `type` of a problem is what clients test for: each answer says which of them it can be. */
function problemOf(kinds: readonly ProblemKind[]): object {
  const types = kinds.map(kind => `/problems/${kind}`);
  const schema = { $ref: '#/components/schemas/Problem', properties: { type: { enum: types } } };
  return {
    description: kinds.map(kind => `${PROBLEMS[kind][1]}.`).join(' '),
    content: { 'application/problem+json': { schema } },
    ...headersOf(kinds),
  };
}

function headersOf(kinds: readonly ProblemKind[]): object {
  if (kinds.includes('throttled'))
    return { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } };
  if (!kinds.includes('method-not-allowed')) return {};
  return { headers: { Allow: { description: 'The methods that are taken.', schema: { type: 'string' } } } };
}
