/** The banner of the dashboard where the watcher itself is ill, and what keeps mails from people although it works. */
import { type Html, html } from '../../formats/html';
import { formatInstant } from '../../formats/instant';
import type { LostRows } from '../../watch/registry/lost';
import type { HealthReason } from '../../watch/report/health';
import type { KindWords } from '../../watch/report/kind-words';
import type { Concern } from '../../watch/report/overview';
import { type Links, listPath, query } from './links';

export function illBanner(
  reasons: readonly Pick<HealthReason, 'message'>[],
  mailFaults: readonly string[],
  lost: LostRows | undefined,
  links: Links,
): Html | false {
  return (
    reasons.length > 0 &&
    html`<div class="alarm" role="alert">
<h2>The watcher itself needs help</h2>
<p>What this page shows may be out of date, and mails may be late.</p>
<ul>${reasons.map(({ message }) => html`<li>${message}</li>`)}${mailFaults.map(fault => html`<li><bdi>${fault}</bdi></li>`)}</ul>
${lost && lost.targets > 0 && lostWords(lost, links)}</div>
`
  );
}

const MOST_SCOPES = 5;

export function concernsNote(concerns: readonly Concern[], words: KindWords, links: Links): Html | false {
  if (concerns.length === 0) return false;
  const scopes = concerns.flatMap(concern => (concern.is === 'unreadable' ? [concern.scope] : []));
  const more = scopes.length - MOST_SCOPES;
  return html`<div class="note warn" role="note" aria-label="Warnings">
<ul>${concerns.some(({ is }) => is === 'mailOff') && html`<li><b>No mail is sent about anything:</b> MAIL_TO is none. This page is all that warns.</li>`}
${concerns.some(({ is }) => is === 'neverMailed') && html`<li><b>No mail was sent yet,</b> so nothing shows that mails arrive. <a href="dashboard/mail${query(links)}">Send a test mail</a> before the first warning is due.</li>`}
${scopes.slice(0, MOST_SCOPES).map(scope => html`<li><b>Nothing can be read in</b> <a href="${listPath({ scope }, links)}#list"><bdi>${scope.slice(scope.indexOf(':') + 1)}</bdi></a> (${words.of({ scope, name: '' }).title}): every target that was tried fails.</li>`)}
${more > 0 && html`<li>Nor in ${more} more: <a href="${listPath({ check: 'failing' }, links)}#list">all that fail</a>.</li>`}</ul></div>
`;
}

/** The form names the instant that the operator looks at: what is lost later is not confirmed with it. */
function lostWords({ asOf, targets, scopes, confirmedOn = 0 }: LostRows, links: Links): Html {
  if (scopes.every(({ lastOn }) => lastOn <= confirmedOn))
    return html`<p>The removal is confirmed: they leave the reports at the next sweep.</p>
`;
  return html`<form method="post" action="dashboard/lost${query(links)}" aria-label="Confirm the removal">
<input type="hidden" name="until" value="${formatInstant(asOf)}">
<button data-busy="Confirming…">Remove ${targets === 1 ? 'the target' : `these ${targets} targets`} for good</button>
<p>Only if their registry rows were removed on purpose. A row that is back stays watched.</p>
</form>
`;
}
