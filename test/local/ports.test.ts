import { createServer } from 'node:http';
import { isFree, listen, noProxy, startNear } from '../../local/ports';

test('a server takes another port if its port is taken', async () => {
  const [first, second] = [createServer(), createServer()];
  const port = await listen(first, 0);
  expect(await isFree(port)).toBe(false);
  await expect(listen(second, port)).rejects.toThrow('EADDRINUSE');
  const other = await startNear(port, free => listen(second, free));
  expect(other).not.toBe(port);
  for (const server of [first, second]) await new Promise(closed => server.close(closed));
  expect(await isFree(port)).toBe(true);
});

test('requests to this machine use no proxy, and the hosts that the environment lists stay', () => {
  expect(noProxy({})).toEqual({ NO_PROXY: '127.0.0.1' });
  expect(noProxy({ NO_PROXY: '.example.com' })).toEqual({ NO_PROXY: '.example.com,127.0.0.1' });
  expect(noProxy({ no_proxy: 'a.example' })).toEqual({ NO_PROXY: 'a.example,127.0.0.1' });
});
