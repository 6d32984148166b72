/** The page of the dashboard that sends a test mail, and says what came of it. It works without a script. */
import { type Html, html } from '../../formats/html';
import { counted } from '../../formats/when';
import type { TestMailResult } from '../../watch/remind/test-mail';
import { framed } from '../dashboard/frame';
import { type Links, query } from '../dashboard/links';
import { type Response, secondsToWait } from '../problem';

/** @param said what came of the form that was just sent */
export function testMailPage(links: Links, said?: Shown): Response {
  const { status, title, words, headers } = said ?? { status: 200, title: 'Send a test mail' };
  const isBad = status !== 200;
  const notice =
    words &&
    html`<div class="card notice${isBad && html` bad`}" role="${isBad ? 'alert' : 'status'}"><p><b>${title}.</b> ${words}</p></div>
`;
  const main = html`${notice}<section class="card" aria-labelledby="proof"><h1 id="proof">Send a test mail</h1>
<p class="hint">One mail, now, by the way that reminders take. You see what the mail service answers.</p>
<form method="post" action="mail${query(links)}" aria-label="Send a test mail">
<div class="field"><label class="label" for="to">To</label>
<input type="text" id="to" name="to" value="" maxlength="254" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="toHint">
<p class="hint" id="toHint">An owner in the registry, or an operator. Empty: the first operator. It takes a place of the mail quota.</p></div>
<button data-busy="Sending…">Send a test mail</button>
</form></section>
`;
  return framed(status, { title, main, links, up: '../', here: 'mail', lasting: false, headers });
}

export function resultPage(result: TestMailResult, links: Links): Response {
  return testMailPage(links, shown(result));
}

interface Shown {
  readonly status: number;
  readonly title: string;
  readonly words: Html;
  readonly headers?: Readonly<Record<string, string>>;
}

function shown(result: TestMailResult): Shown {
  switch (result.is) {
    case 'taken':
      return { status: 200, title: 'The test mail was sent', words: sentWords(result) };
    case 'notTaken':
      return { status: 502, title: 'The test mail was not taken', words: sentWords(result) };
    case 'notSet':
      return { status: 502, title: 'No test mail was sent', words: html`${result.reason}` };
    case 'unknownAddress':
      return { status: 400, title: 'No test mail was sent', words: html`To: <bdi>${result.reason}</bdi>.` };
    case 'quotaSpent': {
      const seconds = secondsToWait(result.retryAfterMs);
      return {
        status: 429,
        title: 'No test mail was sent',
        words: html`The mail quota is spent. Try again in ${counted(seconds, 'second')}.`,
        headers: { 'retry-after': String(seconds) },
      };
    }
  }
}

function sentWords({ to, transport, answer }: Extract<TestMailResult, { is: 'taken' | 'notTaken' }>): Html {
  return html`By <code>${transport}</code> to <bdi>${to}</bdi>: <bdi>${answer}</bdi>`;
}

/** For a form that was not taken: a bad one, or one of another site. */
export function unsentPage(status: number, links: Links): Response {
  const words = html`It was not the form of this page, or another site made your browser send it. Send the form below.`;
  return testMailPage(links, { status, title: 'No test mail was sent', words });
}
