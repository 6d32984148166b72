/** Whether another site made a browser send a form: with sign-in in front, the browser adds its cookies to that by itself. */

/**
 * What the browser says of its own accord (Fetch Metadata) has the last word. Where it says nothing (an old browser, or plain http)
 * the Origin header must name the host that was asked. Neither there: no browser that another site could use. `null` is what
 * browsers write for our own pages, since those send no referrer.
 */
export function isFromElsewhere(url: string, header: (name: string) => string | null): boolean {
  const site = header('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = header('origin');
  if (origin === null || origin === 'null') return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(url).host;
}
