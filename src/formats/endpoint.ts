/** Endpoints: which addresses may be contacted at all: https, or plain http to this machine alone (docs/design.md, rule 21). */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL stays on this machine, where simulators listen and nothing can be overheard. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}

/** Whether a URL may be used: no credential ever crosses a network in clear. */
export function isUsable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(url));
}

/** The origin of an endpoint, without a trailing slash; or what is wrong with it. A path or query is a fault. */
export function parseEndpoint(text: string): { readonly origin: string } | { readonly fault: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return { fault: 'the endpoint is no https:// address' };
  const { username, password, pathname, search, hash } = url;
  if (`${username}${password}${search}${hash}` !== '' || pathname !== '/') {
    return { fault: 'the endpoint is more than https:// and a host name' };
  }
  if (isUsable(text)) return { origin: url.origin };
  return { fault: 'the endpoint is plain http, which only a loopback address may be' };
}
