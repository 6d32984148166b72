/** The subject of a mail: how many tokens need someone, and which is the most urgent, so that a glance is enough. */
import type { Digest, DigestLine } from '../core/digest';
import { cut } from './clean';
import { nameOf } from './line-words';
import { counted, expiryPhrase, utc, utcDate } from './when';

const LONGEST_NAME = 60;

/** One line of at most 150 characters, without control characters. */
export function subjectOf(digest: Digest): string {
  const [first] = digest.lines;
  if (!first) return 'No token needs you';
  const count = countOf(digest);
  if (count === 1) return alone(first, digest);
  if (first.subject.is === 'invalid')
    return `${counted(count, 'registry row')} can't be understood: ${shortName(first)} and ${count - 1} more`;
  const { expiresOn } = first.subject;
  const soonest = `${shortName(first)} ${expiryPhrase(expiresOn, digest.asOf)} (${utcDate(expiresOn)})`;
  return `${counted(count, 'token')} need you: ${soonest}`;
}

/** `2 tokens need you`: the subject's count as the mail's own heading. */
export function headingOf(digest: Digest): string {
  const count = countOf(digest);
  const noun = digest.lines[0]?.subject.is === 'invalid' ? 'registry row' : 'token';
  return `${counted(count, noun)} ${count === 1 ? 'needs' : 'need'} you`;
}

function alone(line: DigestLine, { asOf }: Digest): string {
  if (line.subject.is === 'invalid') return `${shortName(line)}: registry row can't be understood`;
  const { expiresOn } = line.subject;
  return `${shortName(line)} ${expiryPhrase(expiresOn, asOf)} (${utc(expiresOn)})`;
}

/** Targets, not lines: an operator may be told of one target's expiry and of its row in one mail. */
function countOf({ lines, more }: Digest): number {
  return new Set(lines.map(({ reminder }) => JSON.stringify([reminder.scope, reminder.name]))).size + more;
}

function shortName(line: DigestLine): string {
  return cut(nameOf(line), LONGEST_NAME);
}
