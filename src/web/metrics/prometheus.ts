/** The text exposition format of Prometheus, version 0.0.4: families of samples as a scraper reads them (rule 23). */

/** One metric with all its series. A counter must outlive the process that answers: its value is one that is stored. */
export interface Family {
  readonly name: string;
  /** A gauge where it is absent. */
  readonly type?: 'counter';
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

/** Every family with its HELP and TYPE, also one without samples: what could be asked for is always named. */
export function exposition(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} ${type ?? 'gauge'}`,
    ...samples.map(sample => `${name}${labelsText(sample.labels)} ${valueText(sample.value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function labelsText(labels: Sample['labels'] = {}): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Any UTF-8 may stand in a value but these three; half a character is none, and would become U+FFFD on the wire. */
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
