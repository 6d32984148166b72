import { parse } from 'node:querystring';
import { DAY } from '../../src/formats/instant';
import { parseDashboardQuery } from '../../src/web/dashboard/filter';
import { linksOf, listPath, targetPath } from '../../src/web/dashboard/links';
import { dashboardPage, faultyPage } from '../../src/web/dashboard/overview';
import { SCRIPT_VERSION } from '../../src/web/dashboard/script';
import { HOSTILE, itemAt, NOW, overviewOf, smallFleet } from '../support/dashboard';

const KINDS = ['containerApp', 'iotCentralToken'];
const KEY = 'Zm9v+/=&"<';

function shown(search = '', overview = overviewOf(smallFleet()), reasons: { message: string }[] = []) {
  const url = `https://watcher.example.com/api/dashboard${search}`;
  const request = parseDashboardQuery(url, KINDS);
  const links = linksOf(url);
  return request.query
    ? dashboardPage({ overview, reasons, kinds: KINDS }, request, links)
    : faultyPage(request, KINDS, links);
}

/** The text that a reader sees, without tags and attributes. */
const textOf = (body: string) => body.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
const namesIn = (body: string) =>
  [
    ...(body.split('<tbody role="rowgroup">')[1] ?? '').matchAll(/rowheader"><a [^>]*><bdi>(.*?)<\/bdi>/g),
  ].map(([, name]) => name);

describe('the page', () => {
  test('allows only its own style and script, is kept in no cache and sends its address to no one', () => {
    const { status, headers, body } = shown();
    expect([status, headers]).toEqual([
      200,
      {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
        ),
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      },
    ]);
    expect(body).not.toMatch(/<script>|<[^>]*\s(on\w+|style)=|https?:\/\//i);
    expect(body.match(/<script[^>]*>/g)).toEqual([`<script src="dashboard.js?v=${SCRIPT_VERSION}" defer>`]);
  });

  test('shows how many targets have each standing and check, with a link to each list', () => {
    const { body } = shown();
    expect(textOf(body)).toMatch(
      /Expired\s+1\s+expired, by the last read.*Expiring\s+5\s.*Unknown\s+2\s.*Healthy\s+28\s/s,
    );
    expect(body).toContain('href="?standing=expired#list"');
    expect(textOf(body)).toMatch(
      /36 targets in all\s+2 reads fail\s+1 invalid in the registry\s+1 not read yet\s+1 minted/,
    );
  });

  test('says when the oldest finished sweep ended, or that none has finished', () => {
    expect(textOf(shown().body)).toMatch(
      /The oldest finished sweep ended\s+Mon 1 Jun 2026, 07:26 UTC\s+\(4 minutes ago\)/,
    );
    expect(textOf(shown('', overviewOf([], { countsAsOf: undefined })).body)).toContain(
      'No sweep has finished yet.',
    );
  });

  test('shows an alert if the watcher itself is stale, and none if it is not', () => {
    expect(shown().body).not.toContain('role="alert"');
    const { body, status } = shown('', undefined, [{ message: '2 scopes <late>' }]);
    expect([status, body.indexOf('role="alert"') < body.indexOf('<h1>')]).toEqual([200, true]);
    expect(textOf(body)).toContain('2 scopes &lt;late&gt;');
  });

  test('draws the coming days, and tells the same as a table', () => {
    const { body } = shown(
      '',
      overviewOf([itemAt('a', NOW + DAY), itemAt('b', NOW + DAY), itemAt('c', NOW + 8 * DAY)]),
    );
    expect(body).toContain('<title>Tue 2 Jun 2026: 2</title>');
    expect(body.match(/<rect class="(soon|later)"/g)).toEqual(['<rect class="soon"', '<rect class="later"']);
    expect(textOf(body)).toMatch(/3 expiries, 2 of them in the first 7 days; most on Tue 2 Jun 2026: 2\./);
    expect(textOf(body)).toMatch(/Tue 2 Jun 2026\s+2\s+a\s+,\s+b.*Tue 9 Jun 2026\s+1\s+c/s);
  });

  test('says where the chart ends early', () => {
    const overview = overviewOf([itemAt('a', NOW + DAY)]);
    const cut = { ...overview, coming: { ...overview.coming, isCut: true } };
    expect(textOf(shown('', cut).body)).toContain(
      'Only the 1 soonest are drawn, up to Tue 2 Jun 2026; more follow.',
    );
  });

  test('gives failing checks with their reasons, and nothing where none fails', () => {
    expect(textOf(shown().body)).toMatch(
      /notAllowed\s+The watcher may not read it \(403 Forbidden\)\.\s+Since\s+Sun 31 May 2026, 11:30 UTC\s+, 7 times in a row/,
    );
    expect(shown('', overviewOf([itemAt('a', NOW + DAY)])).body).not.toContain('Checks that fail');
  });

  test.each([
    ['?q=zz', 'No target matches.'],
    ['?order=name&page=9', 'There is no such page.'],
    ['', 'Nothing is watched yet.'],
  ])('with %p and nothing to list says: %s', (search, words) => {
    expect(textOf(shown(search, overviewOf([])).body)).toContain(words);
  });
});

test('a link never has a text of invisible characters alone', () => {
  const items = ['\u200b', ' ', '\u2800\u3164'].map(displayName => itemAt('a', NOW + DAY, { displayName }));
  const { body } = shown('', overviewOf(items));
  const links = [...body.matchAll(/<a href="dashboard\/[^"]*"><bdi>(.*?)<\/bdi>/g)].map(([, text]) => text);
  expect(links.length).toBeGreaterThanOrEqual(3);
  expect(new Set(links)).toEqual(new Set(['(no visible name)']));
});

describe('hostile names', () => {
  test('stay names wherever they are shown', () => {
    const items = [
      itemAt(HOSTILE, NOW + DAY, {
        scope: HOSTILE,
        kind: HOSTILE,
        displayName: HOSTILE,
        owners: [HOSTILE],
        check: 'failing',
        failure: { code: 'unreachable', message: HOSTILE, since: NOW, count: 3 },
      }),
      itemAt('half \uD800 a pair', NOW + DAY),
      itemAt('..', NOW + DAY),
    ];
    const pageFor = (filter: Record<string, string>) =>
      shown(`?${new URLSearchParams(filter)}`, overviewOf(items), [{ message: HOSTILE }]);
    const list = pageFor({ q: HOSTILE, code: HOSTILE });
    // An owner that is no address matches nothing: the form shows it again, with the fault.
    const refused = pageFor({ q: HOSTILE, owner: HOSTILE, code: HOSTILE });
    expect([list.status, refused.status]).toEqual([200, 400]);
    for (const { body } of [list, refused]) {
      expect(body).not.toMatch(/<script>|<img/i);
      expect(body).toContain('&quot;&gt;&lt;script&gt;');
    }
  });

  test('stay names in a filter that is not understood', () => {
    const { status, body } = shown(
      `?${new URLSearchParams({ [HOSTILE]: 'x', within: HOSTILE, kind: HOSTILE, code: HOSTILE })}`,
    );
    expect(status).toBe(400);
    expect(body).not.toMatch(/<script>|<img/i);
  });
});

describe('a filter', () => {
  test.each([
    ['within=soon', 'within'],
    ['standing=dead', 'standing'],
    ['check=odd', 'check'],
    ['kind=none', 'kind'],
    ['order=upwards', 'order'],
    ['order=name&order=owner', 'order'],
    [`owner=${'x'.repeat(2_000)}`, 'owner'],
    [`scope=${'x'.repeat(2_000)}`, 'scope'],
  ])('%.30s is a fault of the field %s, which gets the cursor', (search, field) => {
    const { status, body } = shown(`?${search}`);
    expect([status, body.includes(`aria-describedby="${field}Fault`)]).toEqual([400, true]);
    expect(body.match(/ autofocus/g)).toHaveLength(1);
    expect(body).toContain(`id="${field}Fault"`);
  });

  test.each([
    'bogus=1',
    'cursor=nonsense',
    'limit=0',
    'page=0',
    'page=x',
    'page=1&page=2',
    'limit=5&limit=6',
  ])('%s has no field, so its fault comes first on the page', search => {
    const { status, body } = shown(`?${search}`);
    expect([
      status,
      textOf(body).includes(`${search.split('=')[0]} `) || body.includes('role="alert"'),
    ]).toEqual([400, true]);
  });

  test('of empty fields, as a form sends it, filters nothing', () => {
    const { query, faults } = parseDashboardQuery(
      'http://x/?q=&owner=&within=&standing=&check=&kind=&order=',
      KINDS,
    );
    expect([query, faults]).toEqual([{ limit: 50 }, []]);
  });

  test('keeps what was asked, a list of words included', () => {
    const { body } = shown('?q=hub&standing=expired,expiring&limit=7');
    expect(body).toContain('value="hub"');
    expect(body).toContain('<option value="expired,expiring" selected>expired or expiring</option>');
    expect(body).toContain('<input type="hidden" name="limit" value="7">');
  });
});

describe('order and pages', () => {
  test('soonest first, with the cursor to the next page', () => {
    const nextCursor = `2026-07-01T00:00:00.000Z|${'0'.repeat(32)}`;
    const { body } = shown('?limit=3', overviewOf(smallFleet(), { nextCursor }));
    expect(namesIn(body).slice(0, 2)).toEqual(['Legacy bridge', 'Shop worker']);
    const next = /<a href="\?([^"#]*)#list" rel="next">/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const cursor = Buffer.from(String(parse(next).cursor), 'base64url').toString();
    expect([parse(next).limit, cursor]).toEqual(['3', nextCursor]);
  });

  test('by name: numbers as numbers, page by page', () => {
    const names = [10, 9, 2, 1].map(number => itemAt(`hub ${number}`, NOW + number * DAY));
    const page = (number: number) => shown(`?order=name&limit=2&page=${number}`, overviewOf(names)).body;
    expect([namesIn(page(1)), namesIn(page(2))]).toEqual([
      ['hub 1', 'hub 2'],
      ['hub 9', 'hub 10'],
    ]);
    expect([page(1).includes('rel="next"'), page(2).includes('rel="next"')]).toEqual([true, false]);
    expect(page(1)).toContain('aria-sort="ascending">Target');
  });

  test('pages with numbers lead back one by one; the first has nothing before it', () => {
    const names = Array.from({ length: 7 }, (_, index) => itemAt(`hub ${index}`, NOW + index * DAY));
    const previous = (number: number) => {
      const { body } = shown(`?order=name&limit=2&page=${number}&code=k`, overviewOf(names));
      return /href="([^"]*)" rel="prev"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
    };
    expect([previous(1), previous(2), previous(3)]).toEqual([
      undefined,
      '?order=name&limit=2&code=k#list',
      '?order=name&limit=2&page=2&code=k#list',
    ]);
    const onwards = shown(
      '?cursor=MjAyNi0wNy0wMVQwMDowMDowMC4wMDBafDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw',
    );
    expect([onwards.body.includes('First page'), onwards.body.includes('rel="prev"')]).toEqual([true, false]);
  });

  test.each([
    ['owner', 'owners', ['none', 'a', 'b']],
    ['state', 'standings', ['a', 'none', 'b']],
    ['checked', 'reads', ['b', 'none', 'a']],
  ])('by %s: what needs a look comes first', (order, _what, expected) => {
    const items = [
      itemAt('a', NOW - DAY, { owners: ['a@x.yz'], checkedOn: NOW }),
      itemAt('none', NOW + DAY, { owners: [], checkedOn: NOW - 1 }),
      itemAt('b', NOW + 99 * DAY, { owners: ['b@x.yz'], unread: true }),
    ];
    expect(namesIn(shown(`?order=${order}`, overviewOf(items)).body)).toEqual(expected);
  });

  test('says that only the soonest were ordered where more match', () => {
    const { body } = shown('?order=name', overviewOf(smallFleet(), { nextCursor: 'x' }));
    expect(textOf(body)).toContain('More than 36 match: only the 36 soonest are ordered here.');
  });
});

describe('a function key in the address', () => {
  test('goes on in every link and form of ours, and is shown nowhere', () => {
    const { body } = shown(`?${new URLSearchParams({ code: KEY })}`);
    const paths = [...body.matchAll(/<a [^>]*href="([^"#]+)/g)].map(
      ([, path]) => path?.replaceAll('&amp;', '&') ?? '',
    );
    expect(paths.length).toBeGreaterThan(40);
    expect(
      paths.map(path => new URL(path, 'http://x').searchParams.get('code')).filter(code => code !== KEY),
    ).toEqual([]);
    expect(body).toContain('<input type="hidden" name="code" value="Zm9v+/=&amp;&quot;&lt;">');
    expect(textOf(body)).not.toContain('Zm9v');
  });

  test('is in no link if the address has no key, or two', () => {
    for (const search of ['', '?code=', '?code=a&code=b'])
      expect(linksOf(`http://x/${search}`)).toEqual({ code: undefined });
    expect(shown().body).not.toContain('code=');
  });
});

test('a path carries any key that a table can hold, and none that a browser would take for a step', () => {
  const links = { code: undefined };
  expect(targetPath('iotCentralToken:a', 'b~2F?#%&', links)).toBe(
    'dashboard/iotCentralToken%3Aa/b~2F%3F%23%25%26',
  );
  for (const name of ['', '.', '..']) expect(targetPath('a', name, links)).toBeUndefined();
  expect(listPath({ q: 'a&b', kind: undefined, owner: '' }, { code: 'k' })).toBe('?q=a%26b&code=k');
});
