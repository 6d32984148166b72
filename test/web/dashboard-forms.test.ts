import { Script } from 'node:vm';
import fc from 'fast-check';
import { constants } from '../../scripts/bundle';
import { textsOf } from '../../src/core/row';
import { SCRIPT, SCRIPT_VERSION, scriptResponse } from '../../src/web/dashboard/script';
import { asTyped, edited, FIELDS, parseTargetForm } from '../../src/web/dashboard/target-form';
import { isCrossSite } from '../../src/web/route';
import { HOSTILE } from '../support/dashboard';

describe('a request that another site made the browser send', () => {
  const URL_ASKED = 'https://watcher.example.com/api/dashboard/a/b?code=k';
  test.each<[string, Record<string, string>, boolean]>([
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'null' }, false],
    ['the person, by hand', { 'sec-fetch-site': 'none' }, false],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://watcher.example.com' }, true],
    ['a neighbour under the same domain', { 'sec-fetch-site': 'same-site' }, true],
    ['a word of times to come', { 'sec-fetch-site': 'elsewhere' }, true],
    ['a client that does not say', {}, false],
    ['an old browser, from here', { origin: 'https://watcher.example.com' }, false],
    ['an old browser that hides where from', { origin: 'null' }, true],
    ['two places at once', { 'sec-fetch-site': 'same-origin, cross-site' }, true],
    ['a place without a name', { 'sec-fetch-site': '' }, true],
    ['an old browser, from elsewhere', { origin: 'https://evil.example' }, true],
    ['an old browser, from another port', { origin: 'https://watcher.example.com:8443' }, true],
    [
      'an old browser, from a name that ours begins',
      { origin: 'https://watcher.example.com.evil.example' },
      true,
    ],
    ['an invalid origin', { origin: 'watcher.example.com' }, true],
  ])('from %s', (_, headers, expected) => {
    expect(isCrossSite({ url: URL_ASKED, header: name => headers[name] ?? null })).toBe(expected);
  });
});

describe('the edit form', () => {
  const row = {
    ...textsOf({}),
    displayName: HOSTILE,
    owners: 'ada@example.com;\nbob@example.com',
    thresholds: '30d\n7d',
    notes: '\r\n two\rlines ',
    replacedBy: 'other',
  };
  const shown = asTyped({ columns: row, tag: 't' });

  /** What a browser sends of a form: with its own line ends, and a box only where it is ticked. */
  const sent = ({ tag, texts }: typeof shown) => {
    const fields = FIELDS.filter(({ name, control }) => control !== 'box' || texts[name] === 'true');
    const written = fields.map(({ name }) => [name, texts[name].replaceAll('\n', '\r\n')]);
    return new URLSearchParams({ act: 'edit', tag, ...Object.fromEntries(written) });
  };
  const posted = (typed: typeof shown) => {
    const form = parseTargetForm(sent(typed).toString());
    return form?.act === 'edit' ? form.typed : undefined;
  };
  const changed = (texts: Partial<typeof shown.texts>) => ({ ...shown, texts: { ...shown.texts, ...texts } });

  test('shows fields of one line in one line: a browser would glue the lines together', () => {
    expect(shown.texts.thresholds).toBe('30d 7d');
    for (const { name, control } of FIELDS)
      expect([name, /[\r\n]/.test(shown.texts[name])]).toEqual([name, control === 'area']);
  });

  test('sent back untouched changes no letter of the row, whatever it holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const rows = fc.record({
      displayName: text,
      owners: text,
      thresholds: text,
      checkEvery: text,
      runbook: text,
      notes: text,
    });
    fc.assert(
      fc.property(rows, fc.constantFrom('', 'true', 'FALSE ', 'false'), (texts, enabled) => {
        const columns = { ...row, ...texts, enabled };
        const typed = posted(asTyped({ columns, tag: 't' }));
        expect(typed && edited(typed, columns)).toEqual(columns);
      }),
    );
  });

  test('changes what was changed, trimmed, and nothing else', () => {
    const typed = posted(changed({ owners: ' eve@example.com\n', notes: 'a\nb' }));
    expect(typed && edited(typed, row)).toEqual({ ...row, owners: 'eve@example.com', notes: 'a\nb' });
  });

  test.each([
    ['', true, ''],
    ['', false, 'false'],
    ['TRUE', true, 'TRUE'],
    ['false', true, 'true'],
    ['perhaps', true, 'true'],
    ['perhaps', false, 'false'],
  ])('enabled as %p, with the box %p, becomes %p', (enabled, box, expected) => {
    const columns = { ...row, enabled };
    expect(edited(changed({ enabled: String(box) }), columns).enabled).toBe(expected);
  });

  test.each<[string, (form: URLSearchParams) => void]>([
    ['a field left out, which would clear a column', form => form.delete('notes')],
    ['a field twice', form => form.append('notes', 'again')],
    ['a column that it has no field for', form => form.set('color', 'x')],
    ['a box with another value', form => form.set('enabled', 'yes')],
    ['another act', form => form.set('act', 'delete')],
    ['no tag', form => form.delete('tag')],
  ])('with %s is not accepted', (_, spoil) => {
    const form = sent(shown);
    spoil(form);
    expect(parseTargetForm(form.toString())).toBeUndefined();
  });

  test('"check now" is accepted in its exact form only', () => {
    expect(parseTargetForm('act=check')).toEqual({ act: 'check', given: {} });
    for (const body of ['', 'act=check&act=check', 'act=check&notes=x'])
      expect(parseTargetForm(body)).toBeUndefined();
  });
});

describe('the script', () => {
  const asked = (search: string, known?: string) =>
    scriptResponse({
      url: `https://x/api/dashboard.js${search}`,
      header: name => (name === 'if-none-match' && known) || null,
    });

  const FORBIDDEN = /<\/script|https?:|innerHTML|eval|localStorage|code|__name|sourceMapping/;

  test('is a script, without a word of markup or of another host', () => {
    expect(() => new Script(SCRIPT)).not.toThrow();
    expect(SCRIPT).not.toMatch(FORBIDDEN);
  });

  test('is as harmless in a bundle, and smaller', async () => {
    const bundled: string = JSON.parse((await constants()).BROWSER_SCRIPT ?? '');
    expect(() => new Script(bundled)).not.toThrow();
    expect(bundled).not.toMatch(FORBIDDEN);
    expect(bundled).toContain('It keeps itself current.');
    expect(bundled.length).toBeLessThan(SCRIPT.length);
  });

  test('is kept for good under the address with its hash, and asked for again under any other', () => {
    const { status, headers, body } = asked(`?v=${SCRIPT_VERSION}`);
    expect([status, body, headers]).toEqual([
      200,
      SCRIPT,
      {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'same-origin',
        etag: `"${SCRIPT_VERSION}"`,
      },
    ]);
    for (const search of ['', '?v=older']) expect(asked(search).headers['cache-control']).toBe('no-cache');
    expect(asked('', `"${SCRIPT_VERSION}"`)).toMatchObject({ status: 304, body: '' });
  });
});
