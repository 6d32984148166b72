/** The form of the dashboard that sends a test mail, and the page that says what came of it. Both work without a script. */
import { type Html, html } from '../../formats/html';
import { counted } from '../../formats/when';
import type { TestMailResult } from '../../watch/remind/test-mail';
import { type Links, query } from '../dashboard/links';
import { page } from '../page';
import { type Response, secondsToWait } from '../problem';

export function testMailForm(links: Links): Html {
  return html`<details class="card" id="mail">
<summary>Prove that mail works</summary>
<form method="post" action="dashboard/mail${query(links)}" aria-label="Send a test mail">
<div class="field"><label class="label" for="to">Send one test mail to</label>
<input type="text" id="to" name="to" value="" maxlength="254" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="toHint">
<p class="hint" id="toHint">An owner in the registry, or an operator. Empty: the first operator. It takes a place of the mail quota.</p></div>
<button data-busy="Sending…">Send a test mail</button>
</form>
</details>
`;
}

export function resultPage(result: TestMailResult, links: Links): Response {
  const { status, title, words, headers } = shown(result);
  const main = html`<section class="card" role="${status === 200 ? 'status' : 'alert'}"><h1>${title}</h1>
<p>${words} <a href="../dashboard${query(links)}">Back to the dashboard</a></p></section>`;
  const response = page(status, title, main);
  return { ...response, headers: { ...response.headers, ...headers } };
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
export function unsentPage(status: number): Response {
  const main = html`<section class="card" role="alert"><h1>No test mail was sent</h1>
<p>It was not the form of the dashboard, or another site made your browser send it. Go back to the dashboard, reload it and press the button again.</p></section>`;
  return page(status, 'No test mail was sent', main);
}
