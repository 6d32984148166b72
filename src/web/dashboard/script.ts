/** The dashboard's one script, as it is sent: every page works without it, and with it keeps itself current. */

/**
 * Parts of a page are the children of its main element. Only those whose source changed are swapped, and none while a person has
 * a field in hand. It asks for nothing but the page's own address, and writes no address anywhere.
 */
export const SCRIPT = `'use strict';
const EVERY = 60_000;
const [main, live, pace] = ['main', 'live', 'pace'].map(id => document.getElementById(id));
let seen = main.cloneNode(true);
let asked = Date.now();
let busy = false;

const WHEN = { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' };
const tellLocalTimes = () => {
  for (const time of main.querySelectorAll('time')) time.title = new Date(time.dateTime).toLocaleString([], WHEN);
};

const FIELDS = 'input:not([type=hidden]), textarea, select';
const isChanged = field => field.options
  ? field.selectedIndex !== Math.max(0, [...field.options].findIndex(option => option.defaultSelected))
  : field.value !== field.defaultValue || field.checked !== field.defaultChecked;
const inHand = () => document.activeElement.matches(FIELDS) || [...main.querySelectorAll(FIELDS)].some(isChanged);

const sign = element => element.tagName + (element.id || element.getAttribute('href') || element.textContent);
const keepingPlace = swap => {
  const { activeElement: focused } = document;
  const alike = () => [...main.querySelectorAll('a, button, summary, [tabindex]')].filter(one => sign(one) === sign(focused));
  const place = alike().indexOf(focused);
  const open = [...main.querySelectorAll('details[open]')].map(({ id }) => id);
  const across = [...main.querySelectorAll('.scroll')].map(({ scrollLeft }) => scrollLeft);
  const { scrollX, scrollY } = window;
  swap();
  for (const details of main.querySelectorAll('details')) details.open ||= open.includes(details.id);
  main.querySelectorAll('.scroll').forEach((one, index) => { one.scrollLeft = across[index] ?? 0; });
  if (!focused.isConnected) (alike()[place] ?? alike()[0] ?? main).focus({ preventScroll: true });
  scrollTo(scrollX, scrollY);
};

const partOf = ({ id, className, attributes }) => id || attributes['aria-labelledby']?.value || className;
const swapIn = fresh => {
  const [before, after] = [[...seen.children], [...fresh.children]];
  seen = fresh.cloneNode(true);
  const isSame = before.length === after.length && after.every((part, index) => partOf(part) === partOf(before[index]));
  const changed = after.filter((part, index) => part.outerHTML !== before[index]?.outerHTML);
  const places = changed.map(part => main.children[after.indexOf(part)]);
  if (!isSame) keepingPlace(() => main.replaceChildren(...after));
  else if (changed.length > 0) keepingPlace(() => changed.forEach((part, index) => places[index].replaceWith(part)));
  tellLocalTimes();
  const names = changed.map(part => part.querySelector('h1[id], h2[id]')?.textContent).filter(Boolean);
  live.textContent = names.length > 0 ? 'Updated: ' + names.join(', ') + '.' : '';
};

const update = async () => {
  if (busy || document.hidden || inHand()) return;
  busy = true;
  asked = Date.now();
  try {
    const address = new URL(location);
    address.searchParams.delete('done');
    const answer = await fetch(address, { cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(30_000) });
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main[data-lasting]');
    if (!answer.ok || !fresh) throw new Error('another page');
    if (busy && !inHand()) swapIn(fresh);
  } catch {
    live.textContent = 'It could not be brought up to date; another try follows within a minute.';
  }
  busy = false;
};

const rest = () => {
  for (const form of main.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of main.querySelectorAll('button[data-idle]')) button.textContent = button.dataset.idle;
};
document.addEventListener('submit', event => {
  const { target: form } = event;
  if (form.method !== 'post') return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'yes';
  const button = form.querySelector('button');
  button.dataset.idle = button.textContent;
  button.textContent = live.textContent = button.dataset.busy;
  setTimeout(rest, EVERY);
});
addEventListener('pageshow', rest);

tellLocalTimes();
if (pace) {
  pace.textContent = 'It keeps itself current.';
  setInterval(update, EVERY);
  document.addEventListener('visibilitychange', () => { if (Date.now() - asked >= EVERY) update(); });
}
`;
