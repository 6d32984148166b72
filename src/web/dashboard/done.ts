/** What a form has done, as the address names it after the redirect and the banner says it. */
import { type Html, html } from '../../formats/html';

/** All but `checked`, whose words depend on what was read. */
const WORDS = {
  saved: html`<b>Saved.</b> The next sweep goes by it.`,
  added: html`<b>Added.</b> The next sweep reads it. Press “Check now” below to see at once whether it exists.`,
  paused: html`<b>Paused.</b> It is neither read nor told about until somebody resumes it.`,
  resumed: html`<b>Watched again.</b> The next sweep reads it.`,
  replaced: html`<b>The old one is not watched any more.</b> Its successor is watched in its place.`,
  watchedAgain: html`<b>Watched again.</b> Its successor stays registered.`,
  snoozed: html`<b>Snoozed.</b> This person gets no reminders about it until then; others go on getting theirs.`,
  unsnoozed: html`<b>The snooze has ended.</b> Reminders that are due go out with the next mail.`,
  removed: html`<b>Removed.</b> It leaves all reports at the next sweep, and nobody is told about it any more.`,
  undone: html`<b>Undone.</b> The next sweep goes by it.`,
} as const;

export type Done = keyof typeof WORDS | 'checked';
export type Changed = keyof typeof WORDS;

export function isDone(text: string | undefined): text is Done {
  return text !== undefined && (text === 'checked' || Object.hasOwn(WORDS, text));
}

/** Only a change of the row is undone by the form that puts its columns back. */
export function changesRow(done: Done): boolean {
  return !['checked', 'snoozed', 'unsnoozed'].includes(done);
}

export function doneWords(done: Changed): Html {
  return WORDS[done];
}
