/** The list in another order than the calendar's: made in memory of the soonest targets that match, page by page. */
import type { StatusItem } from '../../core/listing';
import type { Standing } from '../../core/standing';

import type { Order } from './query';

const WORST_FIRST: readonly Standing[] = ['expired', 'expiring', 'unknown', 'healthy'];

type Compare = (a: StatusItem, b: StatusItem) => number;

const byText = (textOf: (item: StatusItem) => string): Compare => {
  const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return (a, b) => compare(textOf(a), textOf(b));
};

/** What has no owner and what was never read is what somebody should look at: it comes first. */
const COMPARE: Readonly<Record<Exclude<Order, 'soonest'>, Compare>> = {
  name: byText(({ displayName }) => displayName),
  owner: byText(({ owners }) => owners[0] ?? ''),
  state: (a, b) =>
    WORST_FIRST.indexOf(a.standing) - WORST_FIRST.indexOf(b.standing) ||
    Number(a.check === 'ok') - Number(b.check === 'ok'),
  checked: (a, b) => (a.checkedOn ?? 0) - (b.checkedOn ?? 0),
};

/** Equal ones stay soonest first. */
export function ordered(items: readonly StatusItem[], order: Order): readonly StatusItem[] {
  return order === 'soonest' ? items : [...items].sort(COMPARE[order]);
}
