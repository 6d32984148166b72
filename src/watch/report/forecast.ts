/** The forecast: the mails that go out if nothing changes. One pass over the registry and the expiries makes it. */
import { addressKey } from '../../core/address';
import { type Forecast, type Foreseen, type ForeseenMail, foresee } from '../../core/forecast';
import { waitsForDailyMail } from '../../core/notices';
import type { MailPolicy } from '../../core/watched';
import { DAY, type Instant } from '../../formats/instant';
import { compareText } from '../../formats/text';
import { utcDate } from '../../formats/when';
import type { Clock, Tables } from '../ports';
import type { Kinds } from '../targets/parse-target';
import { everyTarget, idOf, soonestOf, type TargetTables } from './fleet';

interface Deps {
  readonly tables: TargetTables & {
    readonly mailLedger: Pick<Tables['mailLedger'], 'operatorNoticesToldOn'>;
  };
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

/** No person reads more. It also bounds the memory. */
const MOST_LINES = 10_000;

export async function forecast(days: number, deps: Deps, most = MOST_LINES): Promise<Forecast> {
  const asOf = deps.clock.now();
  const lines = linesUntil(asOf, asOf + days * DAY, deps);
  const order = (a: Foreseen, b: Foreseen) => a.at - b.at || compareText(placeOf(a), placeOf(b));
  const { items, truncated } = await soonestOf(lines, most, order);
  return { asOf, days, truncated, mails: mailsOf(items) };
}

/** Notices for operators are mailed once a day: such a line waits until a day after the last one. */
async function* linesUntil(asOf: Instant, until: Instant, deps: Deps): AsyncGenerator<Foreseen> {
  const nextDay = await nextDayOfOperators(deps);
  for await (const line of dueUntil(asOf, until, deps)) {
    const waitsUntil = waitsForDailyMail(line.reminder) ? (nextDay.get(line.reminder.owner) ?? 0) : 0;
    const at = Math.max(line.at, waitsUntil);
    if (at <= until) yield { ...line, at };
  }
}

/** By operator: the instant from which the next notice may go out. */
async function nextDayOfOperators({ tables, mail }: Deps): Promise<ReadonlyMap<string, Instant>> {
  const nextDay = new Map<string, Instant>();
  for (const operator of mail.operators) {
    const last = await tables.mailLedger.operatorNoticesToldOn(operator);
    if (last !== undefined) nextDay.set(operator, last + DAY);
  }
  return nextDay;
}

async function* dueUntil(asOf: Instant, until: Instant, { tables, kinds, mail }: Deps) {
  for await (const { parsed, state } of everyTarget(tables, kinds)) {
    const { watched, located } = parsed;
    yield* foresee({ row: watched, state, canBeRead: located !== undefined }, mail, asOf, until);
  }
}

/** One mail for each day and owner. The case of an address does not matter; the lines keep their order. */
function mailsOf(lines: readonly Foreseen[]): ForeseenMail[] {
  const mails = new Map<string, ForeseenMail & { readonly lines: Foreseen[] }>();
  for (const line of lines) {
    const on = utcDate(line.at);
    const owner = addressKey(line.reminder.owner);
    const key = `${on} ${owner}`;
    const mail = mails.get(key) ?? { on, owner, lines: [] };
    mail.lines.push(line);
    mails.set(key, mail);
  }
  return [...mails].sort(([a], [b]) => compareText(a, b)).map(([, mail]) => mail);
}

function placeOf({ reminder }: Foreseen): string {
  return `${idOf(reminder)}\n${reminder.reason}`;
}
