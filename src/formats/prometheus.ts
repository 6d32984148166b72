/** The text format of Prometheus, version 0.0.4 (rule 23). By hand: client libraries count in one process, and our values are stored. */

/** One metric with all its series. */
export interface Family {
  /** A counter ends in `_total`, as Prometheus advises; all others are gauges. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

/** Every family has its HELP and TYPE, even without samples, so that a reader finds every name. */
export function exposition(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

function familyText({ name, help, samples }: Family): string {
  const lines = [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
    ...samples.map(sample => `${name}${labelsText(sample.labels)} ${valueText(sample.value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function labelsText(labels: Sample['labels'] = {}): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A value may hold any UTF-8 except a backslash, a line feed and a double quote. Half a surrogate pair has no UTF-8: it becomes U+FFFD. */
function escapeLabel(text: string): string {
  return escapeHelp(text)
    .replaceAll('"', '\\"')
    .replace(/\p{Cs}/gu, '\uFFFD');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** As Go's ParseFloat reads it. */
function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`;
}
