import { badRequest, internalFault, json } from '../../src/web/problem';

test('a bad request is problem+json that names each parameter', () => {
  const { status, headers, body } = badRequest([
    { parameter: 'limit', detail: 'write a number' },
    { parameter: 'q', detail: 'write a text' },
  ]);
  expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
  expect(JSON.parse(body)).toEqual({
    type: '/problems/bad-parameter',
    title: 'A parameter is not understood',
    status: 400,
    detail: 'limit: write a number; q: write a text',
    faults: [
      { parameter: 'limit', detail: 'write a number' },
      { parameter: 'q', detail: 'write a text' },
    ],
  });
});

test('a fault of ours tells nothing but that its log has the cause', () => {
  const { status, headers, body } = internalFault();
  expect([status, headers['content-type']]).toEqual([500, 'application/problem+json; charset=utf-8']);
  expect(Object.keys(JSON.parse(body)).sort()).toEqual(['detail', 'status', 'title', 'type']);
});

test('no answer may be kept by a cache on the way', () => {
  for (const answer of [json(200, {}), badRequest([]), internalFault()])
    expect(answer.headers['cache-control']).toBe('no-store');
});

test('an answer is JSON', () => {
  expect(json(200, { a: 'ü' })).toMatchObject({
    status: 200,
    body: '{"a":"ü"}',
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
});
