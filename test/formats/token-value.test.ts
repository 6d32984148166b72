/** The value of a token is recognised wherever it stands, and nothing that people write beside it. */
import { holdsTokenValue } from '../../src/formats/token-value';

const ID = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';

test.each([
  `SharedAccessSignature sr=${ID}&sig=a%3D&skn=gateway&se=1800000000000`,
  `It is "sharedaccesssignature sr=${ID}&sig=a".`,
  `sr=${ID}&sig=a%3D&skn=gateway`,
  `SharedAccessSignature~20sr~3D${ID}~26sig~3Da`,
  'as a key of a container app: eyjhbgcioijs.eyjzdwiioijh.c2lnbmf0dxjl',
  'Bearer eyJhbGciOiJS.eyJzdWIiOiJh.c2lnbmF0dXJl',
])('%s holds one', text => {
  expect(holdsTokenValue(text)).toBe(true);
});

test.each([
  '',
  'gateway-prod',
  'Create a SharedAccessSignature for the gateway',
  'https://contoso.blob.core.windows.net/runbooks/renew.md?sv=2022-11-02&sr=b&sig=a',
  'eyJhbGciOiJS',
])('%j holds none', text => {
  expect(holdsTokenValue(text)).toBe(false);
});

test('a text of a million beginnings is judged at once', () => {
  expect(holdsTokenValue('eyJ'.repeat(1_000_000))).toBe(false);
  expect(holdsTokenValue('SharedAccessSignature '.repeat(100_000))).toBe(false);
});
