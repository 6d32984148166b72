/** The pages behind the links that only read: all that a person owns, soonest first, and one target with how to renew it. */
import type { StatusItem } from '../../core/listing';
import { CHECK_WORDS, STANDING_WORDS } from '../../core/state-words';
import { type RenewalStep, renewalSteps, renewalStepsOfMissing } from '../../core/target';
import { type Html, html } from '../../formats/html';
import { lines, webLink } from '../../formats/text';
import { counted, expiryPhrase, moment } from '../../formats/when';
import type { Mine, OwnList, OwnTarget } from '../../watch/report/mine';
import { page } from '../page';
import type { Response } from '../problem';
import { refusalPage } from '../snooze/page';

const TELL =
  'Tell the watcher: follow “I replaced it” in the mail and give the new id. The new token is then watched in place of this one.';

export function minePage(answer: Mine): Response {
  if ('refused' in answer) return refusalPage(answer);
  return 'items' in answer ? listPage(answer) : targetPage(answer);
}

function listPage({ owner, items, isCut, asOf }: OwnList): Response {
  const more = isCut ? ' These are the first ones; there may be more.' : '';
  const main = html`<section class="card">
<h1>Your tokens</h1>
<p class="hint">${counted(items.length, 'token')} of <bdi>${owner}</bdi>, what expires first at the top. As of ${moment(asOf)}.${more}</p>
</section>
${items.map(({ item, token }) => row(item, token, asOf))}${items.length === 0 && html`<section class="card"><p>No registered token names you as an owner.</p></section>`}${FOOTER}`;
  return page(200, 'Your tokens', main);
}

function row(item: StatusItem, token: string, asOf: number): Html {
  return html`<section class="card target ${item.standing}">
${badges(item)}
<h2><a href="?t=${token}"><bdi>${item.displayName}</bdi></a></h2>
${whenOf(item, asOf)}
</section>
`;
}

function targetPage(target: OwnTarget): Response {
  const { asOf, item, description, owners, readOn, failure, listToken } = target;
  const { displayName, label, parts, where, portalUrl, runbook, notes = '' } = description;
  const facts = [
    ...(parts.length > 0
      ? parts.map(({ term, text }) => fact(term, html`<bdi>${text}</bdi>`))
      : [fact('Where', html`<bdi>${where}</bdi>`)]),
    link('In Azure', portalUrl),
    fact(
      owners.length === 1 ? 'Owner' : 'Owners',
      html`${owners.map(owner => html`<bdi>${owner}</bdi><br>`)}`,
    ),
    link('Runbook', runbook),
    notes !== '' && fact('Notes', html`${lines(notes).map(line => html`${line}<br>`)}`),
    readOn !== undefined && fact('Last read', html`${moment(readOn)}`),
    failure &&
      fact(
        'Reads fail',
        html`since ${moment(failure.since)}: ${failure.message ?? 'the watcher is not let in, which its operators are told of'}`,
      ),
  ];
  const isMissing = item?.failure?.code === 'missing';
  const steps = isMissing ? renewalStepsOfMissing(description, TELL) : renewalSteps(description, TELL);
  const main = html`<section class="card target ${item?.standing ?? 'unknown'}">
<p class="kind">${label}</p>
<h1><bdi>${displayName}</bdi></h1>
${item ? html`${badges(item)}${whenOf(item, asOf)}` : html`<p class="when"><b>Replaced.</b> It is not watched any more.</p>`}
<dl>
${facts.map(one => html`${one}`)}</dl>
</section>
${item && steps.length > 0 && html`<section class="card"><h2>How to renew</h2><ol class="steps">${steps.map(step)}</ol></section>`}<p><a href="?t=${listToken}">All your tokens</a></p>
${FOOTER}`;
  return page(200, displayName, main);
}

const FOOTER = html`<footer>This page changes nothing. To snooze a token or to say that you replaced it, follow the links of a mail about it. All times are UTC.</footer>`;

function badges({ standing, check }: StatusItem): Html {
  return html`<p class="badges"><b class="badge">${STANDING_WORDS[standing].label}</b>${check !== 'ok' && html` · ${CHECK_WORDS[check].label}`}</p>`;
}

function whenOf({ expiresOn, minted }: StatusItem, asOf: number): Html {
  if (minted) return html`<p class="when"><b>a new one with each read</b></p>`;
  if (typeof expiresOn === 'number')
    return html`<p class="when"><b>${expiryPhrase(expiresOn, asOf)}</b><br>${moment(expiresOn)}</p>`;
  return html`<p class="when"><b>${expiresOn === 'never' ? 'never expires' : 'no expiry is known'}</b></p>`;
}

function fact(term: string, said: Html): Html {
  return html`<dt>${term}</dt><dd>${said}</dd>
`;
}

function link(term: string, url: string | undefined): Html | false {
  const href = webLink(url);
  return href !== undefined && fact(term, html`<a href="${href}">Open <bdi>${new URL(href).host}</bdi></a>`);
}

function step({ say, command }: RenewalStep): Html {
  return html`<li>${say}${command !== undefined && html`<br><code>${command}</code>`}</li>`;
}
