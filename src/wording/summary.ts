/** The words of a summary: a line for each target, short, with its date and whose it is. */
import type { StatusItem } from '../core/listing';
import { CHECK_WORDS, STANDING_WORDS } from '../core/state-words';
import { SUMMARY_DAYS, type Summary, type SummaryItem } from '../core/summary';
import type { Instant } from '../formats/instant';
import { cut, oneLine, webLink } from '../formats/text';
import { counted, date, expiryPhrase, moment, utc } from '../formats/when';
import { shortLine } from './fact';
import type { LineWords } from './line';

const LONGEST_NAME = 200;

export function summarySubject({ expiring, failing, left }: Summary): string {
  const trouble = failing.length > 0 ? `, ${counted(failing.length, 'token')} in trouble` : '';
  if (expiring.length === 0) return `Summary: nothing expires in the next ${SUMMARY_DAYS} days${trouble}`;
  const atLeast = left > 0 ? 'at least ' : '';
  return `Summary of the next ${SUMMARY_DAYS} days: ${atLeast}${counted(expiring.length, 'token')} to renew${trouble}`;
}

/** The name, the date and the days of what expires first. */
export function summaryPreview({ expiring }: Summary, asOf: Instant): string {
  const [first] = expiring;
  const { expiresOn } = first?.item ?? {};
  if (!first || typeof expiresOn !== 'number') return `Nothing expires in the next ${SUMMARY_DAYS} days.`;
  return `${nameOf(first.item)}, ${date(expiresOn)}: ${expiryPhrase(expiresOn, asOf)}.`;
}

export function summaryLines({ expiring, failing }: Summary, asOf: Instant): LineWords[] {
  return [...expiring.map(one => expiringLine(one, asOf)), ...failing.map(one => failingLine(one, asOf))];
}

function expiringLine(one: SummaryItem, asOf: Instant): LineWords {
  const { expiresOn, standing, check, failure } = one.item;
  const at = typeof expiresOn === 'number' ? expiresOn : asOf;
  return {
    ...common(one),
    tone: standing,
    badge: STANDING_WORDS[standing].label,
    phrase: expiryPhrase(at, asOf),
    dateIs: 'Expiry',
    date: moment(at),
    ...(check === 'failing' &&
      failure && {
        warning: `${failure.code === 'missing' ? 'Not found' : 'Could not be read'} since ${utc(failure.since)}. The date is the last one known.`,
      }),
  };
}

function failingLine(one: SummaryItem, asOf: Instant): LineWords {
  const { check, failure } = one.item;
  const { facts, ...rest } = common(one);
  const why = { term: "What's wrong", paragraphs: [shortLine(failure?.message ?? '')] };
  return {
    ...rest,
    tone: 'unknown',
    badge: CHECK_WORDS[check].label,
    phrase: 'needs a look',
    dateIs: 'Since',
    date: moment(failure?.since ?? asOf),
    facts: [why, ...facts],
  };
}

function common({
  item,
  viewUrl,
}: SummaryItem): Pick<LineWords, 'name' | 'label' | 'actions' | 'joint' | 'facts'> {
  const href = webLink(viewUrl);
  const owners = item.owners.length > 0 ? item.owners.map(shortLine) : ['nobody'];
  return {
    name: nameOf(item),
    label: '',
    actions: href === undefined ? [] : [{ label: 'View', href }],
    joint: ' ',
    facts: [
      { term: 'Where', paragraphs: [shortLine(item.scope)] },
      { term: owners.length === 1 ? 'Owner' : 'Owners', paragraphs: owners },
    ],
  };
}

function nameOf({ displayName, name }: StatusItem): string {
  return cut(oneLine(displayName) || oneLine(name) || 'a token without a name', LONGEST_NAME);
}
