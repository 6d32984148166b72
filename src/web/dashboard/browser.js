// @ts-check
/*
 * The dashboard's one script. Every page works without it; with it a page keeps itself current.
 * The children of the main element are its parts. The script replaces only the parts that changed, and none while a person
 * fills in a field. It fetches only the page's own address, and writes no address anywhere.
 */

const EVERY = 60_000;
const FIELDS = 'input:not([type=hidden]), textarea, select';
const LOCAL_TIME = /** @type {const} */ ({
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/**
 * An element that every page has.
 * @param {string} id
 */
const required = id => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element ${id}.`);
  return element;
};

const main = required('main');
const live = required('live');
const pace = document.getElementById('pace');
/** The main element as the server sent it last: people may have opened details since. */
let sent = main.cloneNode(true);
let fetchedOn = Date.now();
let busy = false;

const addLocalTimes = () => {
  for (const time of main.querySelectorAll('time'))
    time.title = new Date(time.dateTime).toLocaleString([], LOCAL_TIME);
};

/** @param {Element} field */
const isChanged = field => {
  if (field instanceof HTMLSelectElement) {
    const usual = [...field.options].findIndex(option => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, usual);
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement)) return false;
  return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
};

const isPersonTyping = () =>
  document.activeElement?.matches(FIELDS) || [...main.querySelectorAll(FIELDS)].some(isChanged);

/** @param {Element} element */
const nameOf = element =>
  element.tagName + (element.id || element.getAttribute('href') || element.textContent);

/**
 * Keeps the focus, open details and all scroll positions while parts are replaced.
 * @param {() => void} replace
 */
const keepingPlace = replace => {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement : document.body;
  const sameName = () =>
    [...main.querySelectorAll('a, button, summary, [tabindex]')]
      .filter(element => element instanceof HTMLElement)
      .filter(element => nameOf(element) === nameOf(focused));
  const place = sameName().indexOf(focused);
  const open = [...main.querySelectorAll('details[open]')].map(({ id }) => id);
  const scrolled = [...main.querySelectorAll('.scroll')].map(({ scrollLeft }) => scrollLeft);
  const { scrollX, scrollY } = window;
  replace();
  for (const details of main.querySelectorAll('details')) details.open ||= open.includes(details.id);
  for (const [index, element] of main.querySelectorAll('.scroll').entries())
    element.scrollLeft = scrolled[index] ?? 0;
  if (!focused.isConnected) {
    const again = sameName();
    (again[place] ?? again[0] ?? main).focus({ preventScroll: true });
  }
  window.scrollTo(scrollX, scrollY);
};

/** @param {Element | undefined} part */
const partOf = part => part && (part.id || part.getAttribute('aria-labelledby') || part.className);

/** @param {Element} fresh the main element of a newer page */
const showFresh = fresh => {
  const before = sent instanceof Element ? [...sent.children] : [];
  const after = [...fresh.children];
  sent = fresh.cloneNode(true);
  const hasSameParts =
    before.length === after.length && after.every((part, index) => partOf(part) === partOf(before[index]));
  const changed = after.filter((part, index) => part.outerHTML !== before[index]?.outerHTML);
  const places = changed.map(part => main.children[after.indexOf(part)]);
  const replaceChanged = () => {
    for (const [index, part] of changed.entries()) places[index]?.replaceWith(part);
  };
  if (!hasSameParts) keepingPlace(() => main.replaceChildren(...after));
  else if (changed.length > 0) keepingPlace(replaceChanged);
  addLocalTimes();
  const names = changed.map(part => part.querySelector('h1[id], h2[id]')?.textContent).filter(Boolean);
  live.textContent = names.length > 0 ? `Updated: ${names.join(', ')}.` : '';
};

/** The main element as the server sends it now; null where it sends no page like this one. */
const fetchMain = async () => {
  const address = new URL(window.location.href);
  address.searchParams.delete('done');
  try {
    const answer = await fetch(address, {
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return answer.ok ? page.querySelector('main[data-lasting]') : null;
  } catch (error) {
    // `fetch` throws a TypeError where it gets no whole answer, and a DOMException when its time is over.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    return null;
  }
};

const update = async () => {
  if (busy || document.hidden || isPersonTyping()) return;
  busy = true;
  fetchedOn = Date.now();
  const fresh = await fetchMain().finally(() => {
    busy = false;
  });
  if (!fresh) live.textContent = 'The page could not be updated; it tries again within a minute.';
  else if (!isPersonTyping()) showFresh(fresh);
};

/** Lets people send the forms again. */
const resetForms = () => {
  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = main.querySelectorAll('form[data-sent]');
  for (const form of forms) delete form.dataset.sent;
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = main.querySelectorAll('button[data-idle]');
  for (const button of buttons) button.textContent = button.dataset.idle ?? '';
};

document.addEventListener('submit', event => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  const button = form.querySelector('button');
  if (button) {
    button.dataset.idle = button.textContent ?? '';
    button.textContent = live.textContent = button.dataset.busy ?? '';
  }
  window.setTimeout(resetForms, EVERY);
});
window.addEventListener('pageshow', resetForms);

addLocalTimes();
if (pace) {
  pace.textContent = 'It keeps itself current.';
  window.setInterval(update, EVERY);
  document.addEventListener('visibilitychange', () => {
    if (Date.now() - fetchedOn >= EVERY) void update();
  });
}
