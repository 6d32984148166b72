/** Endpoints: the app may contact https addresses, and this machine by plain http (docs/design.md, rule 21). */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL leads to this machine: simulators listen here, and no network is used. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}

/** Whether a URL may be used: a credential never crosses a network in plain text. */
export function isUsable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(url));
}

/** The origin of an endpoint, without a trailing slash; or what is wrong with it. A path or a query is a fault. */
export function parseEndpoint(text: string): { readonly origin: string } | { readonly fault: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return { fault: 'the endpoint is not an https:// address' };
  const { username, password, pathname, search, hash } = url;
  if (`${username}${password}${search}${hash}` !== '' || pathname !== '/') {
    return { fault: 'the endpoint is more than https:// and a host name' };
  }
  if (isUsable(text)) return { origin: url.origin };
  return { fault: 'the endpoint is plain http, which is allowed only for a loopback address' };
}
