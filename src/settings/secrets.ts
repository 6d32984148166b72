/** Tells what only stands in the place of a secret: an unresolved reference, a placeholder, one repeated character. No message shows any of it. */
import { parseConnectionString } from '../formats/connection-string';

/** The settings that are secret, or hold a secret. */
const SECRET = /SECRET|PASSWORD|CONNECTION_STRING|^(SMTP_URL|PING_URL|AzureWebJobsStorage)$/;

export function isSecret(name: string): boolean {
  return SECRET.test(name);
}

/** Azure leaves a reference that it cannot resolve as it is. To use it as a password would lock the account. */
const REFERENCE = /@Microsoft\.(KeyVault|AppConfiguration)\(/i;

/** Undefined for a value that may be real. */
export function standInFault(name: string, value: string): string | undefined {
  const secrets = isSecret(name) ? secretsIn(name, value) : [];
  if ([value, ...secrets].some(text => REFERENCE.test(text)))
    return 'is a Key Vault reference that could not be resolved: look at it in the portal, and give the identity of the app the role to read the secret';
  if (secrets.some(isPlaceholder) || partsOf(name, value).some(isWrittenToBeReplaced))
    return 'is a placeholder, or holds one; write the real value';
  return [...secrets, ...partsOf(name, value)].some(isRepeated)
    ? 'is one repeated character, or holds one as its key or password; write a real secret'
    : undefined;
}

/** The key or password in a connection string or a URL, or else the whole value. */
function secretsIn(name: string, value: string): readonly string[] {
  if (name === 'SMTP_URL' && URL.canParse(value)) {
    const { password } = new URL(value);
    return password === '' ? [] : [decoded(password)];
  }
  const parts = parseConnectionString(value);
  const keys = ['accountkey', 'accesskey', 'sharedaccesssignature'].flatMap(part => parts.get(part) || []);
  return keys.length > 0 ? keys : [value];
}

/** The parts of a URL that can be its secret; short ones are words of the service, such as `api`. */
function partsOf(name: string, value: string): readonly string[] {
  if (name !== 'PING_URL' || !URL.canParse(value)) return [];
  const { pathname, searchParams } = new URL(value);
  return [...pathname.split('/').map(decoded), ...searchParams.values()].filter(({ length }) => length > 5);
}

/** What is not percent-encoded as it should be is a fault of its own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const IN_BRACKETS = /^(<.*>|\[.*\]|\{.*\}|\$\{.*\}|\$\(.*\)|%.*%|#\{.*\}#?|__.*__)$/s;
const TELLING = /^your[-_ ]|change[-_ ]?(me|it|this)\b|replace[-_ ]?(me|this|with)\b|placeholder|<your/i;
/** A text of nothing but these was written to be replaced, as the sentences of our own documents are. */
const WORDS = new Set(
  (
    'a an the my your our some this it here of with for to at least or more please insert enter put set add write goes value text string ' +
    'secret password passwd pass pwd key token credential credentials random character characters chars long change changeme changeit replace ' +
    'todo tbd fixme xxx placeholder example sample dummy test none null undefined n na ' +
    'account access shared link connection smtp mail server storage 32'
  ).split(' '),
);

function isPlaceholder(secret: string): boolean {
  if (isWrittenToBeReplaced(secret)) return true;
  const words = secret
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '');
  return words.length > 0 && words.every(word => WORDS.has(word));
}

function isWrittenToBeReplaced(text: string): boolean {
  return IN_BRACKETS.test(text) || TELLING.test(text);
}

/** Also with separators between: 0000-0000. The padding of base64 does not count. */
function isRepeated(secret: string): boolean {
  return new Set(secret.replace(/[-_=. ]/g, '')).size <= 1;
}
