import { isLoopback, isUsable, parseEndpoint } from '../../src/formats/endpoint';

test.each([
  'http://localhost:7071',
  'http://127.0.0.1',
  'http://127.3.2.1:80/x',
  'http://127.1',
  'http://0x7f.1',
  'http://[::1]:7071',
  'http://LOCALHOST',
])('%s is this very machine', url => {
  expect(isLoopback(url)).toBe(true);
  expect(isUsable(url)).toBe(true);
});

test.each([
  'http://example.com',
  'http://localhost.example.com',
  'http://127.0.0.1.example.com',
  'http://127.0.0.1@example.com',
  'http://example.com#127.0.0.1',
  'http://0.0.0.0',
  'http://10.0.0.1',
  'http://169.254.169.254',
  'http://[::ffff:127.0.0.1]',
  'http://[::2]',
])('%s is not, and plain http to it is never used', url => {
  expect(isLoopback(url)).toBe(false);
  expect(isUsable(url)).toBe(false);
});

test('https is used anywhere, and no other scheme at all', () => {
  expect(isUsable('https://management.azure.com')).toBe(true);
  for (const url of [
    'ftp://localhost',
    'file:///etc/passwd',
    'javascript:1',
    'ws://127.0.0.1',
    'management.azure.com',
    '',
  ])
    expect(isUsable(url)).toBe(false);
});

test.each([
  ['https://contoso.communication.azure.com', 'https://contoso.communication.azure.com'],
  ['https://contoso.communication.azure.com/', 'https://contoso.communication.azure.com'],
  ['HTTPS://Contoso.Communication.Azure.com:443/', 'https://contoso.communication.azure.com'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
])('the origin of %s is %s', (text, origin) => expect(parseEndpoint(text)).toEqual({ origin }));

test.each([
  ['contoso.communication.azure.com', 'not an https:// address'],
  ['ftp://contoso.example.com', 'not an https:// address'],
  ['', 'not an https:// address'],
  ['https://contoso.example.com/emails', 'more than https:// and a host name'],
  ['https://contoso.example.com/?a=b', 'more than'],
  ['https://contoso.example.com/#a', 'more than'],
  ['https://user:secret@contoso.example.com', 'more than'],
  ['http://contoso.example.com', 'plain http, which is allowed only for a loopback address'],
])("'%s' is no endpoint: %s", (text, words) => {
  const parsed = parseEndpoint(text);
  expect(parsed).toEqual({ fault: expect.stringContaining(words) });
  expect(JSON.stringify(parsed)).not.toContain('secret');
});
