import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { createApp } from '../../src/app';
import { familiesOf } from '../../src/web/metrics/route';
import { freshStorage } from '../support/azurite';
import { promtool, promtoolTest } from '../support/prometheus';

const FOLDER = 'infra/monitoring';
const ALERTS = readFileSync(`${FOLDER}/alerts.yaml`, 'utf8');
const DASHBOARD = readFileSync(`${FOLDER}/dashboard.json`, 'utf8');
const README = readFileSync('README.md', 'utf8');
const OPERATIONS = readFileSync('docs/operations.md', 'utf8');

const Dashboard = v.object({
  uid: v.string(),
  title: v.string(),
  templating: v.object({ list: v.array(v.object({ name: v.string(), query: v.string() })) }),
  panels: v.array(
    v.object({
      id: v.number(),
      title: v.pipe(v.string(), v.minLength(1)),
      description: v.pipe(v.string(), v.minLength(1)),
      datasource: v.object({
        type: v.literal('prometheus'),
        uid: v.pipe(v.string(), v.regex(/^\$\{datasource\}$/)),
      }),
      gridPos: v.object({ x: v.number(), y: v.number(), w: v.number(), h: v.number() }),
      targets: v.pipe(v.array(v.object({ refId: v.string(), expr: v.string() })), v.minLength(1)),
    }),
  ),
});
const { panels, templating } = v.parse(Dashboard, JSON.parse(DASHBOARD));

const metricsIn = (text: string) => new Set(text.match(/\bexpiry_watcher_\w+/g));

/** Every metric that `GET metrics` names, of an app that watches nothing yet. */
async function exposed(): Promise<Set<string>> {
  const app = createApp({
    AzureWebJobsStorage: freshStorage(),
    COMMUNICATION_ENDPOINT: 'https://example.communication.azure.com',
    MAIL_SENDER: 'watcher@example.com',
  });
  return new Set(familiesOf(await app.metrics()).map(({ name }) => name));
}

test.each([
  ['the alert rules', ALERTS],
  ['the dashboard', DASHBOARD],
  ['the readme', README],
  ['docs/operations.md', OPERATIONS],
])('every metric that %s name is one that the watcher tells', async (_, text) => {
  const known = await exposed();
  expect([...metricsIn(text)].filter(name => !known.has(name))).toEqual([]);
});

test('the rules and the dashboard use what they are for', () => {
  expect(metricsIn(ALERTS).size).toBeGreaterThan(8);
  expect(metricsIn(DASHBOARD).size).toBeGreaterThan(15);
});

test('every metric that is told is on the dashboard or in an alert, or is a bare fact beside one', async () => {
  const used = new Set([...metricsIn(ALERTS), ...metricsIn(DASHBOARD)]);
  expect([...(await exposed())].filter(name => !used.has(name))).toEqual([
    'expiry_watcher_counts_timestamp_seconds',
    'expiry_watcher_mail_off',
    'expiry_watcher_mail_paused_until_timestamp_seconds',
  ]);
});

test('each alert has a name of its own, a patience, a severity and words for a person', () => {
  const alerts = ALERTS.split(/^ {6}- alert: /m).slice(1);
  const names = alerts.map(alert => alert.split('\n', 1)[0]);
  expect(new Set(names).size).toBe(alerts.length);
  for (const alert of alerts) {
    expect(alert).toMatch(/^ExpiryWatcher[A-Za-z]+\n/);
    for (const part of [
      /\n {8}for: \d+[mh]\n/,
      /severity: (critical|warning|info)\n/,
      /summary: ["']/,
      /description: ["']/,
    ])
      expect(alert).toMatch(part);
  }
});

test('panels have ids of their own, lie beside each other within 24 columns, and ask one question a letter', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos, targets } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  }
});

test('the dashboard asks its own variables alone, and names no host, key or address', () => {
  const own = templating.list.map(({ name }) => name);
  const asked = [...DASHBOARD.matchAll(/\$\{?([a-zA-Z]\w*)/g)].map(([, name = '']) => name);
  expect(asked.filter(name => !own.includes(name))).toEqual([]);
  expect(DASHBOARD + ALERTS).not.toMatch(/https?:\/\/|@[a-z]|[?&]code=/);
});

promtoolTest('takes the rules', () => {
  expect(promtool(['check', 'rules', `${FOLDER}/alerts.yaml`])).toMatchObject({
    status: 0,
    said: expect.stringContaining('SUCCESS'),
  });
});

promtoolTest('finds that the rules ring when they should, and only then', () => {
  const { status, said } = promtool(['test', 'rules', `${FOLDER}/alerts.test.yaml`]);
  expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
});

promtoolTest('understands every question of the dashboard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'expiry-watcher-monitoring-'));
  try {
    const exprs = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replace('$instance', '.*')));
    const rules = exprs.map((expr, index) => ({ record: `asked:${index}`, expr }));
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { status, said } = promtool(['check', 'rules', join(folder, 'rules.yaml')]);
    expect([status, said]).toEqual([0, expect.stringContaining(`${exprs.length} rules found`)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
