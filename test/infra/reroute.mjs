// Loaded before a command that a test runs: its requests to Azure go to the simulated service of SIMULATED instead.
const { SIMULATED } = process.env;
const real = globalThis.fetch;
globalThis.fetch = (url, init) => {
  const { protocol, host, pathname, search } = new URL(url);
  if (protocol !== 'https:') throw new Error(`not over https: ${url}`);
  return real(`${SIMULATED}/${host}${pathname}${search}`, init);
};
