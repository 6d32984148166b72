/** Prometheus in tests: a small reader of its text format, independent of the writer, and promtool if it is installed. */
import { spawnSync } from 'node:child_process';

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposed {
  /** Every metric that is declared, with its type and its help. */
  readonly families: ReadonlyMap<string, { readonly type: string; readonly help: string }>;
  readonly series: readonly Series[];
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/su;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/suy;

/** Throws if a scraper would refuse the text, or if a series appears twice or has no HELP and TYPE. */
export function readExposition(text: string): Exposed {
  if (!text.endsWith('\n')) throw new Error('the last line does not end with a line break');
  const families = new Map<string, { type: string; help: string }>();
  const series: Series[] = [];
  let help: readonly [name: string, text: string] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/su.exec(line) ?? [];
    if (word === 'HELP') help = [name, unescaped(rest)];
    else if (word === 'TYPE') {
      if (help?.[0] !== name || families.has(name)) throw new Error(`TYPE out of place: ${line}`);
      families.set(name, { type: rest, help: help[1] });
    } else series.push(readSeries(line, [...families.keys()].at(-1)));
  }
  const identities = series.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  if (new Set(identities).size < identities.length) throw new Error('a series appears twice');
  return { families, series };
}

function readSeries(line: string, family: string | undefined): Series {
  const [, name = '', labels = '{}', value = ''] = SAMPLE.exec(line) ?? [];
  if (name === '' || name !== family) throw new Error(`no sample of ${family}: ${line}`);
  if (!/^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)$|^NaN$/.test(value)) throw new Error(`no value: ${line}`);
  return { name, labels: readLabels(labels.slice(1, -1)), value: Number(value.replace('Inf', 'Infinity')) };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, label = '', value = ''] = LABEL.exec(text) ?? [];
    if (label === '' || label in labels) throw new Error(`no labels: ${text}`);
    labels[label] = unescaped(value);
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gsu, (_all, character: string) => (character === 'n' ? '\n' : character));
}

/** Debian's package `prometheus` has it. */
export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** A test that needs promtool; without it, it is reported as skipped with the reason in its name. */
export function promtoolTest(name: string, work: () => void | Promise<void>): void {
  const run = async () => {
    await work();
  };
  if (hasPromtool) test(`${name} (promtool)`, run);
  else test.skip(`${name} (skipped: promtool is not installed)`, run);
}

/** Its exit code and its whole output. */
export function promtool(args: readonly string[], input?: string): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}
