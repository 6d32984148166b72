/** The forecast: the mails that go out if nothing changes, from one pass over the registry and the expiries. */

import { addressKey } from '../../core/address';
import { isForOperators } from '../../core/digest';
import { type Forecast, type Foreseen, type ForeseenMail, foresee } from '../../core/forecast';
import type { MailPolicy } from '../../core/watched';
import { DAY, formatInstant, type Instant } from '../../formats/instant';
import { compareText } from '../../formats/text';
import type { Clock, Tables } from '../ports';
import { mergeRows } from '../targets/merge-rows';
import { type Kinds, parseTarget } from '../targets/parse-target';

export type { Forecast } from '../../core/forecast';

export interface ForecastSource {
  readonly tables: {
    readonly registry: Pick<Tables['registry'], 'rows' | 'scopes'>;
    readonly expiries: Pick<Tables['expiries'], 'rows'>;
    readonly mailLedger: Pick<Tables['mailLedger'], 'mattersToldOn'>;
  };
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

/** An answer of more lines serves nobody, and memory is bounded by it. */
const MOST_LINES = 10_000;

export async function forecast(days: number, source: ForecastSource, most = MOST_LINES): Promise<Forecast> {
  const asOf = source.clock.now();
  let lines: Foreseen[] = [];
  let truncated = false;
  for await (const line of linesUntil(asOf, asOf + days * DAY, source)) {
    lines.push(line);
    if (lines.length < 2 * most) continue;
    lines = soonest(lines, most);
    truncated = true;
  }
  truncated ||= lines.length > most;
  return { asOf, days, truncated, mails: mailsOf(soonest(lines, most)) };
}

/** What operators hear once a day waits until a day after they last did. */
async function* linesUntil(asOf: Instant, until: Instant, source: ForecastSource): AsyncGenerator<Foreseen> {
  const free = await freeFrom(source);
  for await (const line of dueUntil(asOf, until, source)) {
    const waits = isForOperators(line.reminder) ? (free.get(line.reminder.owner) ?? line.at) : line.at;
    const at = Math.max(line.at, waits);
    if (at <= until) yield { ...line, at };
  }
}

async function freeFrom({ tables, mail }: ForecastSource): Promise<ReadonlyMap<string, Instant>> {
  const free = new Map<string, Instant>();
  for (const operator of mail.operators) {
    const last = await tables.mailLedger.mattersToldOn(operator);
    if (last !== undefined) free.set(operator, last + DAY);
  }
  return free;
}

async function* dueUntil(asOf: Instant, until: Instant, { tables, kinds, mail }: ForecastSource) {
  const { registry, expiries } = tables;
  for await (const { scope } of registry.scopes()) {
    for await (const { row, state } of mergeRows(registry.rows(scope), expiries.rows(scope))) {
      if (!row) continue;
      const { watched, located } = parseTarget(row, kinds);
      yield* foresee({ row: watched, state, canBeRead: located !== undefined }, mail, asOf, until);
    }
  }
}

function soonest(lines: readonly Foreseen[], most: number): Foreseen[] {
  return [...lines].sort((a, b) => a.at - b.at || compareText(placeOf(a), placeOf(b))).slice(0, most);
}

/** One mail for each day and owner, whatever the case of the address; lines keep their order. */
function mailsOf(lines: readonly Foreseen[]): ForeseenMail[] {
  const mails = new Map<string, ForeseenMail & { readonly lines: Foreseen[] }>();
  for (const line of lines) {
    const on = formatInstant(line.at).slice(0, 10);
    const owner = addressKey(line.reminder.owner);
    const key = `${on} ${owner}`;
    const mail = mails.get(key) ?? { on, owner, lines: [] };
    mail.lines.push(line);
    mails.set(key, mail);
  }
  return [...mails].sort(([a], [b]) => compareText(a, b)).map(([, mail]) => mail);
}

function placeOf({ reminder: { scope, name, reason } }: Foreseen): string {
  return `${scope}\n${name}\n${reason}`;
}
