/** HTML pages: one document with its style, and headers that let the browser load nothing else. */
import { createHash } from 'node:crypto';
import { type Html, html } from '../formats/html';
import type { Response } from './problem';
import type { AboutResponse } from './route';

/** For pages and redirects: no cache keeps them, and no Referer header names them. */
export const PRIVATE = {
  // The address may hold a function key.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow',
};

/** For the OpenAPI document. */
export const aboutPage = (is: string): AboutResponse => ({
  is,
  content: { 'text/html; charset=utf-8': 'text' },
});
export const FORM_BODY = { 'application/x-www-form-urlencoded': 'text' } as const;

export function page(status: number, title: string, main: Html): Response {
  const content = html`<main>
<p class="brand">Expiry watcher</p>
${main}
</main>`;
  return document(status, title, content, PAGE);
}

/** A clock face. Without an icon browsers ask the server for one. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#1a5fb4"/><path d="M8 4v4l3 2" stroke="#fff" stroke-width="1.6" fill="none"/></svg>',
)}`;

/** A style, and the policy that allows this style alone. */
interface PageStyle {
  readonly style: Html;
  readonly policy: string;
}

/**
 * Make it once for each style: its hash costs more than the rest of a page.
 * @param more additional rules of the content security policy
 */
export function pageStyleOf(style: Html, more: readonly string[] = []): PageStyle {
  const hash = createHash('sha256').update(style.text).digest('base64');
  const rules = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    // For the icon.
    'img-src data:',
    ...more,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return { style, policy: rules.join('; ') };
}

/** A whole document around the content of its body. */
export function document(
  status: number,
  title: string,
  content: Html,
  { style, policy }: PageStyle,
  script?: Html,
): Response {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title} · Expiry watcher</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
${script}</head>
<body>
${content}
</body>
</html>
`;
  const type = { 'content-type': 'text/html; charset=utf-8' };
  return { status, headers: { ...type, ...PRIVATE, 'content-security-policy': policy }, body: body.text };
}

/**
 * The attributes that tell assistive technology what belongs to a form field: elements such as `ownerFault` and `ownerHint`.
 * @param faulty the fields with a fault; the first of them gets the cursor
 * @param notes the other elements, such as `Hint`
 */
export function marks(
  field: string,
  faulty: readonly (string | undefined)[],
  notes: readonly string[] = [],
): Html {
  const isFaulty = faulty.includes(field);
  const ids = [...(isFaulty ? ['Fault'] : []), ...notes].map(note => field + note).join(' ');
  return html`${isFaulty && html` aria-invalid="true"`}${ids !== '' && html` aria-describedby="${ids}"`}${faulty[0] === field && html` autofocus`}`;
}

/** For small and large screens, light and dark. Every text has a contrast of 4.5:1, and every button is 44 px high. */
export const PAGE_STYLE = html`
:root{color-scheme:light dark;--ground:#f3f4f6;--card:#fff;--line:#dfe3e8;--field:#868e98;--ink:#1c2126;--muted:#5b6470;
--link:#1a5fb4;--fill:#1a5fb4;--on-fill:#fff;--expired:#c4281c;--soon:#a85b00;--later:#2563a8;--none:#5b6470;
--good:#e5f4ea;--good-ink:#14532b;--bad:#fdeceb;--bad-ink:#8f1d14;--picked:#f2f7fd;--warn:#fff6e5}
@media (prefers-color-scheme:dark){:root{--ground:#121518;--card:#1d2226;--line:#343b42;--field:#7d8791;--ink:#e6e9ec;
--muted:#a4adb7;--link:#8ab8ff;--fill:#8ab8ff;--on-fill:#04182f;--expired:#ff9085;--soon:#ffb85c;--later:#8ab8ff;--none:#a4adb7;
--good:#12331f;--good-ink:#a9e5bf;--bad:#43201d;--bad-ink:#ffc2bb;--picked:#20324a;--warn:#3a2c12}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);-webkit-text-size-adjust:100%;
font:16px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:600px;margin:0 auto;padding:28px 16px 40px}
.brand{margin:0 2px 10px;color:var(--muted);font-size:13px;font-weight:600;letter-spacing:.02em}
.card{margin:0 0 16px;padding:20px;background:var(--card);border:1px solid var(--line);border-radius:12px}
.target{border-top:5px solid var(--tone)}
.expired{--tone:var(--expired)}.expiring{--tone:var(--soon)}.unknown{--tone:var(--none)}.healthy{--tone:var(--good-ink)}
.kind{margin:0;color:var(--muted);font-size:13px}
.badges{margin:0 0 4px}.badge{color:var(--tone)}
h1{margin:2px 0 6px;font-size:24px;line-height:1.25}
h2{margin:0 0 4px;font-size:18px;line-height:1.3}
p{margin:0 0 10px}a{color:var(--link)}
.steps{margin:8px 0 0;padding:0 0 0 22px}.steps li+li{margin-top:10px}code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.when{margin:0}.when b{color:var(--tone);font-size:17px}
dl{display:grid;grid-template-columns:108px 1fr;gap:6px 0;margin:16px 0 0;font-size:14px}
dt{color:var(--muted);font-size:13px;line-height:21px}dd{margin:0;line-height:21px}
.notice{padding:14px 20px;background:var(--good);color:var(--good-ink);border-color:transparent}
.notice.bad{background:var(--bad);color:var(--bad-ink)}
.notice p:last-child,.card>p:last-child{margin-bottom:0}.notice a{color:inherit}
.hint{color:var(--muted);font-size:14px}dl+.hint,dl+.past{margin-top:14px}
fieldset{min-width:0;margin:16px 0 0;padding:0;border:0}
legend,.label{display:block;margin:0 0 6px;padding:0;font-size:15px;font-weight:600}
.choices{display:grid;grid-template-columns:1fr 1fr;gap:8px}
.choice{display:flex;gap:9px;align-items:flex-start;min-height:44px;padding:10px;border:1px solid var(--field);border-radius:8px;cursor:pointer}
.choice:has(:checked){background:var(--picked);border-color:var(--fill);box-shadow:0 0 0 1px var(--fill)}
.choice:has(:focus-visible){outline:3px solid var(--link);outline-offset:2px}
.choice input{flex:none;width:18px;height:18px;margin:3px 0 0;accent-color:var(--fill)}
.choice input:focus-visible{outline:0}
.choice span{display:block}.choice small{display:block;color:var(--muted);font-size:13px;line-height:1.35}
.choice .past,.past{color:var(--soon);font-weight:600}
.wide{grid-column:1/-1}
.own{margin:12px 0 0}
@supports selector(:has(*)){fieldset:not(:has(#other:checked)) .own{display:none}}
.field{margin:18px 0 0}
input[type=text],textarea{display:block;width:100%;min-height:44px;padding:10px 12px;color:var(--ink);background:var(--card);
border:1px solid var(--field);border-radius:8px;font:inherit}
input.number{max-width:130px}
textarea{resize:vertical}
[aria-invalid=true]{border-color:var(--expired);box-shadow:0 0 0 1px var(--expired)}
.fault{margin:6px 0 0;color:var(--expired);font-size:14px;font-weight:600}
.field .hint{margin:6px 0 0}
button{display:block;min-height:44px;margin:18px 0 0;padding:10px 22px;color:var(--on-fill);background:var(--fill);border:1px solid var(--fill);
border-radius:8px;font:inherit;font-weight:600;cursor:pointer}
button.quiet{color:var(--link);background:transparent;border-color:var(--link)}
button:hover{filter:brightness(.94)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.undo button{margin-top:12px}
summary{min-height:44px;margin:-10px 0;padding:8px 0;font-size:18px;font-weight:600;cursor:pointer}
details[open]>summary{margin-bottom:0}
footer{margin:20px 2px 0;color:var(--muted);font-size:13px}
@media (max-width:480px){main{padding:18px 10px 32px}.card{padding:16px}.notice{padding:14px 16px}dl{display:block}
dt{margin:8px 0 0}button{width:100%}}
`;

const PAGE = pageStyleOf(PAGE_STYLE);
