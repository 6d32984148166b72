import fc from 'fast-check';
import { type Ask, asking } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    CONTOSO,
    'gateway',
    '*',
    '"',
    "'",
    "' or '1' eq '1",
    '..',
    '.',
    '%',
    '~',
    '~2F',
    '\0',
    '[]',
    'null',
    'x'.repeat(1_100),
  ),
);
const value = fc.oneof(
  text,
  fc.constantFrom('30d', 'true', '1', 'W10', 'WyJhIiwiYiJd', 'WyJcdWQ4MDAiLCIiXQ'),
);
const PARAMETERS =
  'within standing check kind scope owner q limit cursor dryRun days order page t done code'.split(' ');
const query = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...PARAMETERS), text), value), { maxLength: 3 })
  .map(some => new URLSearchParams(some).toString());
const segment = text
  .filter(part => part !== '' && part !== '.' && part !== '..')
  .map(part => encodeURIComponent(Buffer.from(part).toString()));
const path = fc.oneof(
  fc.constantFrom(
    ...'status registry registry/import registry/export forecast metrics calendar.ics'.split(' '),
  ),
  fc.constantFrom('health', 'openapi.json', 'dashboard', 'dashboard.js', 'snooze'),
  fc.tuple(segment, segment).map(([scope, name]) => `registry/${scope}/${name}`),
  segment.map(name => `registry/${encodeURIComponent(CONTOSO)}/${name}`),
  fc.tuple(segment, segment).map(([scope, name]) => `targets/${scope}/${name}/check`),
  fc.tuple(segment, segment).map(([scope, name]) => `targets/${scope}/${name}`),
  fc.tuple(segment, segment).map(([scope, name]) => `dashboard/${scope}/${name}`),
  fc.constantFrom('targets', 'dashboard').map(area => `${area}/${encodeURIComponent(CONTOSO)}/gateway`),
);
const header = fc.string({
  unit: fc.constantFrom('"', 'W', '/', '*', ',', ' ', 'a', ';', 'q', '=', '0', 'é'),
  maxLength: 12,
});
const FORM = 'application/x-www-form-urlencoded';
const headers = fc.record(
  {
    'if-match': header,
    'if-none-match': header,
    accept: fc.oneof(header, fc.constant('text/csv')),
    'content-type': fc.oneof(header, fc.constantFrom('application/json', 'text/csv', FORM)),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  text,
  fc.json(),
  fc.uint8Array({ maxLength: 40 }),
  fc
    .dictionary(
      fc.constantFrom('owners', 'thresholds', 'notes', 'enabled', 'scope', '__proto__'),
      fc.jsonValue(),
    )
    .map(row => JSON.stringify(row)),
  fc
    .array(fc.array(value, { maxLength: 4 }), { maxLength: 4 })
    .map(rows => `scope,name,owners,notes\n${rows.map(row => row.join(',')).join('\n')}`),
  fc
    .array(
      fc.tuple(
        fc.constantFrom('act', 'tag', 'owners', 'enabled', 'days', 'reason', 'newId'),
        fc.oneof(value, fc.constantFrom('check', 'edit', 'snooze')),
      ),
    )
    .map(fields => new URLSearchParams(fields).toString()),
);
const request = fc.record({
  path,
  query,
  headers,
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'),
  body,
});

test('whatever is asked, the answer is never a 5xx and never a stack; what is refused is a problem', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ path, query, headers, method, body }) => {
      const sends = method !== 'GET' && method !== 'HEAD';
      const content = typeof body === 'string' ? body : new Uint8Array(body);
      const answer = await ask(`${path}?${query}`, { method, headers, ...(sends && { body: content }) });
      expect([path, answer.status, answer.text].concat(hosting.texts().slice(-1))).toEqual(
        [path, answer.status < 500 ? answer.status : 'no 5xx', answer.text].concat(hosting.texts().slice(-1)),
      );
      expect(answer.text).not.toMatch(/\n\s+at |node_modules|RestError/);
      if (answer.status < 400 || answer.text === '') return;
      // People get a page, programs a problem.
      if (/^text\/html/.test(answer.headers.get('content-type') ?? ''))
        expect(path).toMatch(/^(dashboard|snooze)/);
      else
        expect(answer.body).toMatchObject({
          type: expect.stringMatching(/^\/problems\//),
          status: answer.status,
        });
    }),
    { numRuns: 1_500 },
  );
}, 120_000);
