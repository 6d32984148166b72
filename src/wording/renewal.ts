/** How a target is renewed, and what its owner does in the watcher then: steps, and the links of a line. */
import type { DigestLine } from '../core/digest';
import { NOTICES } from '../core/notices';
import { type RenewalStep, renewalSteps, renewalStepsOfMissing } from '../core/target';
import { webLink } from '../formats/text';
import { rowOf } from './fact';

/** A link that acts, or that leads to a page of the watcher. */
export interface Action {
  readonly label: string;
  /** http or https. */
  readonly href: string;
}

/** As the link and the sentences about it name it. */
const REPLACED = 'I replaced it';

/** What the reader can do with a link, the most likely first. Following one only opens a page, so mail scanners change nothing. */
export function actionsOf(line: DigestLine): Action[] {
  const href = snoozeLink(line);
  const view = webLink(line.viewUrl);
  const canSnooze = href === undefined ? [] : [{ label: 'Snooze it', href }];
  const replaced = href === undefined ? [] : [{ label: REPLACED, href: `${href}&do=replaced` }];
  const toSee = view === undefined ? [] : [{ label: 'View', href: view }];
  return mustBeClosed(line) ? [...replaced, ...toSee, ...canSnooze] : [...toSee, ...canSnooze, ...replaced];
}

/** Whether the watcher learns of a new token only from people: it has a name of its own, or this one is not there any more. */
function mustBeClosed({ renewalKeepsName, notice }: DigestLine): boolean {
  return !renewalKeepsName || notice.is === 'missing' || notice.is === 'gone';
}

function snoozeLink({ notice, snoozeUrl }: DigestLine): string | undefined {
  return NOTICES[notice.is].snoozable ? webLink(snoozeUrl) : undefined;
}

/** The one recipe of the target's kind; empty where its key is not understood. */
export function renewalOf(line: DigestLine): readonly RenewalStep[] {
  return renewalSteps(line, howToTell(line));
}

/** The same of a target that is not there any more. */
export function renewalOfMissing(line: DigestLine): readonly RenewalStep[] {
  return renewalStepsOfMissing(line, howToTell(line));
}

function howToTell(line: DigestLine): string {
  return snoozeLink(line) === undefined
    ? `Tell the watcher: register the new token, and write its RowKey into replacedBy of the old row (${rowOf(line)}).`
    : `Tell the watcher: follow “${REPLACED}” and give the new id. The new token is then watched in place of this one.`;
}

/** How to end the mails about what is not there any more. */
export function howToClose(line: DigestLine): string {
  return snoozeLink(line) === undefined
    ? `Replaced? Register the new token, and write its RowKey into replacedBy of the old row (${rowOf(line)}). Then no more mails come about this one.`
    : `Replaced? Follow “${REPLACED}” and give the new id. Then no more mails come about this one.`;
}

/** What the watcher notices by itself after a renewal, and what not. @param isReadable whether its reads succeed now */
export function afterRenewal({ renewalKeepsName }: DigestLine, isReadable: boolean): string {
  const when = isReadable ? '' : ' as soon as it can read it again';
  return renewalKeepsName
    ? `The watcher notices the new expiry by itself${when}. You need not tell it.`
    : `A token with a new id is another token to the watcher, and reminders of this one go on until you tell it. Only a token that is created anew under the same id is noticed by itself${when}.`;
}
