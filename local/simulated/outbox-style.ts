/** How the outbox looks: calm, in light and dark, with the system's own font. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5b6675; --line: #e0e4ea; --accent: #0b5cad; --alarm: #a4262c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181e; --card: #1c222a; --ink: #e8ecf1; --soft: #9aa6b5; --line: #303947; --accent: #7db8f5; --alarm: #f1868b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
main.narrow { max-width: 46rem; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 .5rem; font-size: .85rem; font-weight: 600; color: var(--soft); }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.lead, .back { margin: .35rem 0 1.75rem; color: var(--soft); }
.back { margin: 0 0 1rem; }
.mails { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.mails li + li { border-top: 1px solid var(--line); }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .85rem 1.1rem; color: inherit; text-decoration: none; }
.mails a:hover { background: color-mix(in srgb, var(--accent) 7%, transparent); }
.mails a:focus-visible { outline-offset: -3px; }
.subject { font-weight: 600; overflow-wrap: anywhere; }
.to, time, dd, dt { font-size: .9rem; }
.to, .mails time, dt { color: var(--soft); overflow-wrap: anywhere; }
.failed { grid-column: 1 / -1; color: var(--alarm); font-size: .9rem; }
@media (max-width: 34rem) { .mails a { grid-template-columns: 1fr; } }
.empty { padding: 3rem 1rem; text-align: center; color: var(--soft); background: var(--card); border: 1px dashed var(--line); border-radius: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0 1.75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.parts { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); }
iframe, pre { display: block; width: 100%; height: min(70vh, 44rem); margin: 0; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
iframe { background: #fff; }
pre { padding: 1rem 1.1rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, monospace; }
`;
