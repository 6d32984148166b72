/**
 * How the mail looks. Styles that every client must show are inline; one style sheet has what each line repeats (Gmail cuts
 * a mail over 102 KB), dark mode and phones.
 */

import { html } from '../formats/html';
import type { Urgency } from '../wording/notice-wording';

/** Each has a contrast of 4.5:1 on white: as text, and as the background of a white badge. */
export const COLOURS: Readonly<Record<Urgency, string>> = {
  expired: '#c4281c',
  soon: '#a85b00',
  later: '#2563a8',
  fix: '#6d4bb0',
  good: '#1d7a45',
};

export const STYLES = {
  body: 'margin:0;padding:0;background:#f3f4f6',
  page: 'max-width:600px;margin:0 auto;padding:28px 16px;font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#1c2126',
  heading: 'margin:0;font-size:24px;line-height:1.25',
  intro: 'margin:4px 0 20px;color:#5b6470;font-size:13px',
  card: 'width:100%;margin:0 0 16px;background:#fff;border:1px solid #dfe3e8;border-radius:10px',
  edge: 'border-radius:9px 0 0 9px;font-size:0',
  inside: 'padding:16px 18px',
  badge: 'padding:2px 9px;border-radius:10px;color:#fff;font-size:12px;font-weight:700',
  name: 'margin:8px 0 2px;font-size:19px;line-height:1.3',
  warning:
    'margin:12px 0 0;padding:9px 12px;border-radius:6px;background:#fdf0d9;color:#5f3b00;font-size:14px',
  term: 'text-align:left;vertical-align:top;font-weight:400;color:#5b6470',
  row: 'padding:7px 14px',
  more: 'margin:0 0 16px;font-weight:600',
  footer: 'margin:20px 0 0;color:#5b6470;font-size:12px',
} as const;

export const STYLE_SHEET = html`
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{-webkit-text-size-adjust:100%}
h1,h2,p,td,th{font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif}
h1,h2,p,td{word-break:break-word}
.card{border-collapse:separate}
.when{margin:0}
.when b{font-size:16px}
.muted{color:#5b6470;font-size:13px}
.facts{width:100%;margin:12px 0 0}
.term,.said{padding:5px 0;font-size:14px;line-height:21px;vertical-align:top}
.term{width:100px;font-size:13px}
.para+.para{margin-top:5px}
.link{color:#1a5fb4;font-weight:600}
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
.link{color:#8ab8ff}
.warning{background:#3d2e12!important;color:#ffdc9c!important}
.ink-expired{color:#ff9085!important}
.ink-soon{color:#ffb85c!important}
.ink-later{color:#8ab8ff!important}
.ink-fix{color:#c8aaff!important}
.ink-good{color:#7fdca4!important}
.fill-expired{background:#ff9085!important;color:#2a0603!important}
.fill-soon{background:#ffb85c!important;color:#2b1800!important}
.fill-later{background:#8ab8ff!important;color:#04182f!important}
.fill-fix{background:#c8aaff!important;color:#1c0b3a!important}
.fill-good{background:#7fdca4!important;color:#04240f!important}
}
`;
