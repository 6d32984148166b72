import { parse } from 'node:querystring';
import { DAY } from '../../src/formats/instant';
import { parseDashboardQuery } from '../../src/web/dashboard/filter';
import { linksOf, listPath, targetPath } from '../../src/web/dashboard/links';
import { dashboardPage, faultyPage } from '../../src/web/dashboard/overview';
import { SCRIPT_VERSION } from '../../src/web/dashboard/script';
import { HOSTILE, itemAt, KIND_FORMS, NOW, overviewOf, smallFleet, WORDS } from '../support/dashboard';

const KINDS = ['containerApp', 'iotCentralToken'];
const KEY = 'Zm9v+/=&"<';

function shown(
  search = '',
  overview = overviewOf(smallFleet()),
  reasons: { message: string }[] = [],
  mailFaults: string[] = [],
) {
  const url = `https://watcher.example.com/api/dashboard${search}`;
  const request = parseDashboardQuery(url, KINDS);
  const links = linksOf(url);
  return request.query
    ? dashboardPage({ overview, reasons, mailFaults, words: WORDS, kindForms: KIND_FORMS }, request, links)
    : faultyPage(request, WORDS, links);
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
      /\s1\s+Expired\s+by the last read\s+5\s+Expiring\s.*\s2\s+Unknown\s.*\s28\s+Healthy\s/s,
    );
    expect(body).toContain('href="?standing=expired#list"');
    expect(textOf(body)).toMatch(
      /2 failing\s+1 with an invalid row\s+1 not read yet\s+1 minted at each read/,
    );
  });

  test('begins with what a person must act on now: expired, expiring, failing, each with whose it is and what to do', () => {
    const { body } = shown();
    expect(body).toContain('<title>1 expired, 5 expiring, 2 failing · Expiry watcher</title>');
    const first = textOf(body.slice(body.indexOf('id="act"'), body.indexOf('id="timeline"')));
    expect(first).toMatch(
      /Expired\s+Legacy bridge\s+IoT Central API token +· +legacy-bridge in contoso\.azureiotcentral\.com\s+expired \d days ago\s+Sat 30 May 2026, 00:18 UTC\s+Owners:\s+grace@example\.com\s+What to do:\s+Create a new API token/,
    );
    expect(first).toMatch(
      /Expiring\s+Shop worker\s+Container app +· +shop-worker in resource group rg-shop, subscription 651f8027…/,
    );
    expect(first).toMatch(/Invalid row\s+Row with a typing error\s.*Correct its row:\s+thresholds: /s);
    const order = ['Legacy bridge', 'Shop worker', 'Line 3 sensors', 'CI smoke tests'];
    const places = order.map(name => first.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(first).not.toContain('Telemetry ingest');
  });

  test('says that nothing needs a person, and what comes first', () => {
    const { body } = shown('', overviewOf([itemAt('a', NOW + 60 * DAY)]));
    expect(body).toContain('<h1>Nothing needs you now</h1>');
    expect(textOf(body)).toMatch(/All is well\s+The first to expire is\s+a\s+, +in 60 days/);
  });

  test('leads to the rest of a group of which it shows a part', () => {
    const items = Array.from({ length: 12 }, (_, index) => itemAt(`t${index}`, NOW - (index + 1) * DAY));
    const { body } = shown('?code=k', overviewOf(items));
    expect(body).toContain('<a href="?standing=expired&amp;code=k#list">All 12 that are expired</a>');
  });

  test('warns of what keeps mails from people although the watcher works', () => {
    const concerns = [
      { is: 'unreadable', scope: 'containerApp:0c0f' },
      { is: 'mailOff' },
      { is: 'neverMailed' },
    ] as const;
    const words = textOf(shown('', { ...overviewOf(smallFleet()), concerns }).body);
    expect(words).toMatch(/No mail is sent about anything:/);
    expect(words).toMatch(/No mail was sent yet,/);
    expect(words).toMatch(/Nothing can be read in\s+0c0f\s+\(Container app\)/);
  });

  test('of an empty registry teaches what to do first, and the ways to add a target', () => {
    const words = textOf(shown('', overviewOf([], { countsAsOf: undefined })).body);
    expect(words).toMatch(/Nothing is watched yet.*Add a target.*Choose one token.*Wait for the next sweep/s);
    expect(words).toMatch(/Container app.*Resource id.*Owners.*Add it/s);
    expect(words).toMatch(/With the API.*From a CSV file.*In the table itself.*scope,name,owners/s);
    expect(words).not.toMatch(/All targets|The coming 90 days/);
  });

  test('says the same word with the same colour wherever it shows a state', () => {
    const badges = [
      ...shown().body.matchAll(
        /class="(?:badge |badge plain |tile )?(red|amber|green|grey)(?: zero)?">.*?(Expired|Expiring|Unknown|Healthy|Failing|Invalid row|Not read yet)</g,
      ),
    ];
    const seen = new Set(badges.map(([, tone, word]) => `${word} ${tone}`));
    expect([...seen].sort()).toEqual([
      'Expired red',
      'Expiring amber',
      'Failing red',
      'Healthy green',
      'Invalid row red',
      'Not read yet grey',
      'Unknown grey',
    ]);
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
    expect([status, body.indexOf('role="alert"') < body.indexOf('<h1')]).toEqual([200, true]);
    expect(textOf(body)).toContain('2 scopes &lt;late&gt;');
  });

  test('says what to write into the settings of mail, and that mail is off where it is', () => {
    const faults = ["MAIL_SENDER: '<ada>' is not a mail address"];
    const stopped = shown('', undefined, [{ message: 'No mail is sent.' }], faults).body;
    expect(textOf(stopped)).toMatch(/No mail is sent\..*MAIL_SENDER: (&#39;|')&lt;ada&gt;/s);
    expect(textOf(stopped)).not.toContain('MAIL_TO is none');
    const concerns = [{ is: 'mailOff' }] as const;
    const off = shown('', { ...overviewOf(smallFleet()), concerns }).body;
    expect(textOf(off)).toMatch(/No mail is sent about anything:\s+MAIL_TO is none\./);
    expect(off).not.toMatch(/role="alert"/);
  });

  test('draws the coming days, and tells the same as a table', () => {
    const { body } = shown(
      '',
      overviewOf([itemAt('a', NOW + DAY), itemAt('b', NOW + DAY), itemAt('c', NOW + 8 * DAY)]),
    );
    expect(body).toContain('<title>Tue 2 Jun 2026: 2</title>');
    expect(body.match(/<rect class="(amber|green)"/g)).toEqual([
      '<rect class="amber"',
      '<rect class="amber"',
    ]);
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

  test('gives failing reads with their reasons', () => {
    expect(textOf(shown().body)).toMatch(
      /The watcher may not read it \(403 Forbidden\)\.\s+notAllowed\s+since\s+Sun 31 May 2026, 11:30 UTC\s+, 7 times in a row/,
    );
  });

  test.each([
    ['?q=zz', 'none matches.'],
    ['?q=zz&page=9', 'There is no such page.'],
    ['', 'Nothing is watched yet'],
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
    const refused = pageFor({ q: HOSTILE, within: HOSTILE, code: HOSTILE });
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

  test('shows what is filtered as chips, each of which takes its filter away and leaves the others', () => {
    const { body } = shown('?q=hub&standing=expired,expiring&kind=containerApp&limit=7&code=k');
    const filtered = body.slice(body.indexOf('class="filtered"'), body.indexOf('class="range"'));
    expect(textOf(filtered)).toMatch(/Search:\s+hub.*State:\s+Expired or Expiring.*Kind:\s+Container app/s);
    expect(
      [...filtered.matchAll(/href="([^"]*)"/g)].map(([, path]) => path?.replaceAll('&amp;', '&')),
    ).toEqual([
      '?standing=expired%2Cexpiring&kind=containerApp&limit=7&code=k#list',
      '?q=hub&kind=containerApp&limit=7&code=k#list',
      '?q=hub&standing=expired%2Cexpiring&limit=7&code=k#list',
      '?code=k#list',
    ]);
    expect(shown('?order=name').body).not.toContain('class="filtered"');
  });

  test('takes a part of an owner’s address, and offers kinds as people say them', () => {
    expect(parseDashboardQuery('http://x/?owner=Ada', KINDS).query).toEqual({
      limit: 10_000,
      ownerPart: 'Ada',
    });
    expect(shown().body).toContain('<option value="iotCentralToken">IoT Central API token</option>');
  });
});

describe('order and pages', () => {
  const hubs = (count: number) =>
    Array.from({ length: count }, (_, index) => itemAt(`hub ${index + 1}`, NOW + (index + 1) * DAY));
  const rangeIn = (body: string) =>
    textOf(/<p class="range"[^>]*>(.*?)<\/p>/s.exec(body)?.[1] ?? '')
      .replace(/\s+/g, ' ')
      .trim();

  test('soonest first, and the query reads no further than to the end of the page', () => {
    const counts = { ...overviewOf(hubs(300)).report.counts };
    const overview = overviewOf(hubs(100), { counts, nextCursor: 'more' });
    const { body } = shown('?page=2', overview);
    expect([rangeIn(body), namesIn(body).length, namesIn(body)[0]]).toEqual([
      '51–100 of 300 targets',
      50,
      'hub 51',
    ]);
    expect(parseDashboardQuery('http://x/?page=2', KINDS).query).toEqual({ limit: 100 });
  });

  test.each([
    ['', 4, 300, '4 targets'],
    ['?q=hub', 4, 300, '4 of 300 targets'],
    ['?q=hub', 120, 300, '1–50 of 120 that match, of 300 targets'],
    ['?q=hub&page=3', 120, 300, '101–120 of 120 that match, of 300 targets'],
    ['?order=name&page=2', 60, 60, '51–60 of 60 targets'],
    ['?q=hub', 1, 1, '1 of 1 target'],
  ])('%s with %i rows of %i says: %s', (search, rows, total, words) => {
    const counts = { ...overviewOf([]).report.counts, total };
    expect(rangeIn(shown(search, overviewOf(hubs(rows), { counts })).body)).toBe(words);
  });

  test('by name: numbers as numbers, page by page', () => {
    const names = [10, 9, 2, 1].map(number => itemAt(`hub ${number}`, NOW + number * DAY));
    const page = (number: number) => shown(`?order=name&limit=2&page=${number}`, overviewOf(names)).body;
    expect([namesIn(page(1)), namesIn(page(2))]).toEqual([
      ['hub 1', 'hub 2'],
      ['hub 9', 'hub 10'],
    ]);
    expect([page(1).includes('rel="next"'), page(2).includes('rel="next"')]).toEqual([true, false]);
    expect(page(1)).toMatch(/aria-sort="ascending"><a href="\?order=name&amp;limit=2&amp;reverse=yes#list"/);
    const reversed = shown('?order=name&reverse=yes', overviewOf(names)).body;
    expect(namesIn(reversed)).toEqual(['hub 10', 'hub 9', 'hub 2', 'hub 1']);
    expect(reversed).toMatch(/aria-sort="descending"><a href="\?order=name#list"/);
  });

  test('pages lead back and on one by one, in every order', () => {
    for (const order of ['', 'order=name&']) {
      const pathsOf = (number: number) => {
        const { body } = shown(`?${order}limit=3&page=${number}&code=k`, overviewOf(hubs(7)));
        return ['prev', 'next'].map(rel =>
          new RegExp(`href="([^"]*)" rel="${rel}"`).exec(body)?.[1]?.replaceAll('&amp;', '&'),
        );
      };
      const path = (page: string) => `?${order === '' ? '' : 'order=name&'}limit=3&${page}code=k#list`;
      expect(
        [pathsOf(1), pathsOf(2), pathsOf(3)].map(paths =>
          paths.map(text => text && parse(text.slice(1, -5))),
        ),
      ).toEqual([
        [undefined, parse(path('page=2&').slice(1, -5))],
        [parse(path('').slice(1, -5)), parse(path('page=3&').slice(1, -5))],
        [parse(path('page=2&').slice(1, -5)), undefined],
      ]);
    }
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

  test('says where the list ends although more targets follow', () => {
    const { body } = shown('?q=a', overviewOf(smallFleet(), { nextCursor: 'x' }));
    expect(rangeIn(body)).toBe('1–36 of more than 36 that match, of 36 targets');
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
