/**
 * How the mail looks. Styles that every client must show are inline; one style sheet has what each line repeats (Gmail cuts
 * a mail over 102 KB), dark mode and phones.
 */

import { SHADES, STANDING_WORDS } from '../core/state-words';
import { html } from '../formats/html';
import type { Tone } from '../wording/notice-wording';

/** Each has a contrast of 4.5:1 on the ground of its scheme, and as the ground of a badge. */
export const COLOURS: Readonly<Record<Tone, { readonly light: string; readonly dark: string }>> = {
  expired: SHADES[STANDING_WORDS.expired.tone],
  expiring: SHADES[STANDING_WORDS.expiring.tone],
  unknown: SHADES[STANDING_WORDS.unknown.tone],
  healthy: SHADES[STANDING_WORDS.healthy.tone],
  fix: { light: '#6d4bb0', dark: '#c8aaff' },
};

export const STYLES = {
  body: 'margin:0;padding:0;background:#f3f4f6',
  page: 'max-width:600px;margin:0 auto;padding:28px 16px;font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#1c2126;word-break:break-word;overflow-wrap:anywhere',
  preview: 'display:none;max-height:0;overflow:hidden;opacity:0;font-size:1px;mso-hide:all',
  heading: 'margin:0;font-size:24px;line-height:1.25',
  intro: 'margin:4px 0 20px;color:#5b6470;font-size:13px',
  card: 'width:100%;margin:0 0 16px;background:#fff;border:1px solid #dfe3e8;border-radius:10px',
  edge: 'border-radius:9px 0 0 9px;font-size:0',
  inside: 'padding:16px 18px',
  badge: 'padding:2px 9px;border-radius:10px;color:#fff;font-size:12px;font-weight:700',
  name: 'margin:8px 0 2px;font-size:19px;line-height:1.3',
  warning:
    'margin:12px 0 0;padding:9px 12px;border-radius:6px;background:#fdf0d9;color:#5f3b00;font-size:14px',
  steps: 'margin:0;padding:0 0 0 20px',
  row: 'padding:7px 14px',
  more: 'margin:0 0 16px;font-weight:600',
  footer: 'margin:20px 0 0;color:#5b6470;font-size:12px',
} as const;

const DARK_TONES = Object.entries(COLOURS).map(
  ([tone, { dark }]) =>
    html`.ink-${tone}{color:${dark}!important}
.fill-${tone}{background:${dark}!important;color:#121518!important}
`,
);

export const STYLE_SHEET = html`
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{-webkit-text-size-adjust:100%}
h1,h2,p,td,th{font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif}
.card{border-collapse:separate}
.when{margin:0}
.when b{font-size:16px}
.term{color:#5b6470;font-weight:400;text-align:left}
.muted{color:#5b6470;font-size:13px}
.facts{width:100%;margin:12px 0 0}
.term,.said{padding:5px 0;font-size:14px;line-height:21px}
.term{width:100px;font-size:13px}
.para+.para{margin-top:5px}
.actions{margin:12px 0 0}
.act{display:inline-block;margin:0 6px 6px 0;padding:8px 14px;border:1px solid #1a5fb4;border-radius:8px;color:#1a5fb4;font-size:14px;font-weight:600;text-decoration:none}
.act.first{background:#1a5fb4;color:#fff}
.link{color:#1a5fb4;font-weight:600}
.steps li+li{margin-top:6px}
.command{display:inline-block;margin:4px 0 0;padding:6px 8px;background:#f3f4f6;border-radius:6px;font-size:13px}
.row{border-top:1px solid #e7eaee;font-size:14px;line-height:1.4}
tr:first-child>.row{border-top:0}
@media (max-width:480px){
.page{padding:18px 10px!important}
.inside{padding:14px!important}
.term,.said{display:block;width:auto}
.term{padding:7px 0 0}
.said{padding:0 0 3px}
}
@media (prefers-color-scheme:dark){
.body{background:#121518!important}
.page,.inside,.said,.row{color:#e6e9ec!important}
.card{background:#1d2226!important;border-color:#343b42!important}
.row{border-color:#343b42}
.muted,.term{color:#a4adb7!important}
.link,.act{color:#8ab8ff}
.act{border-color:#8ab8ff}
.act.first{background:#8ab8ff;color:#04182f}
.command{background:#121518}
.warning{background:#3d2e12!important;color:#ffdc9c!important}
${DARK_TONES}}
`;
