/** The expressions that a snapshot of Bicep leaves, since only Azure knows their values: worked out with values of the tests. */

/** What Azure would answer about a resource, by the last part of its type. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  userAssignedIdentities: {
    principalId: '33333333-3333-3333-3333-333333333333',
    clientId: '44444444-4444-4444-4444-444444444444',
  },
  components: { ConnectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000' },
  vaults: { vaultUri: 'https://the-vault.vault.azure.net/' },
  sites: { defaultHostName: 'the-app.azurewebsites.net' },
  communicationServices: { hostName: 'the-mail.europe.communication.azure.com' },
  domains: { fromSenderDomain: '11112222-3333-4444-5555-666677778888.azurecomm.net' },
};

const CLOUD = {
  suffixes: { storage: 'core.windows.net', keyvaultDns: '.vault.azure.net' },
  authentication: { loginEndpoint: 'https://login.microsoftonline.com/' },
};

const FUNCTIONS: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  reference: id => KNOWN[String(id).split('/').at(-2) ?? ''],
  environment: () => CLOUD,
  format: (text, ...values) =>
    String(text).replace(/\{(\d)\}|\{\{|\}\}/g, (found, index) =>
      index === undefined ? found.charAt(0) : String(values[Number(index)]),
    ),
  join: (list, between) => (Array.isArray(list) ? list.join(String(between)) : undefined),
  replace: (text, what, by) => String(text).replaceAll(String(what), String(by)),
  // A secret: the compiler keeps it out of snapshots.
  parameters: name => `the parameter ${name}`,
  unknown: () => 'a secret',
  if: (test, yes, no) => (test === true ? yes : no),
  fail: reason => `a failure: ${reason}`,
  createArray: (...items) => items,
  split: (text, between) => String(text).split(String(between)),
  // The one filter that the compiler writes by itself: for parts that are not empty.
  filter: list => (Array.isArray(list) ? list.filter(part => part !== '') : undefined),
  lambda: () => undefined,
  not: () => undefined,
  empty: value => value === '',
  lambdaVariables: () => undefined,
  // Only that it is made of these parts matters here.
  guid: (...parts) => `guid of ${parts.join(' and ')}`,
  newGuid: () => 'a new GUID',
  extensionResourceId: (scope, type, name) => `${scope}/providers/${type}/${name}`,
  subscriptionResourceId: (subscription, type, name) =>
    `/subscriptions/${subscription}/providers/${type}/${name}`,
  resourceId: (subscription, group, type, ...names) => {
    const [namespace, ...types] = String(type).split('/');
    const parts = types.flatMap((part, index) => [part, names[index]]);
    return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${namespace}/${parts.join('/')}`;
  },
};

/** The value of a text: of its expression, where it is one. An expression with something unknown is an error. */
export function worked(text: string): unknown {
  if (!text.startsWith('[') || text.startsWith('[[')) return text;
  const reader = new Reader(text.slice(1, -1));
  const value = reader.value();
  if (!reader.atEnd) throw new Error(`not understood whole: ${text}`);
  return value;
}

/** Every expression in a value, worked out. */
export function workedDeep(value: unknown): unknown {
  if (typeof value === 'string') return worked(value);
  if (Array.isArray(value)) return value.map(workedDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [String(worked(name)), workedDeep(part)]),
  );
}

/** Reads one expression from left to right. */
class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.at === this.text.length;
  }

  value(): unknown {
    let value = this.literal() ?? this.call();
    const member = /(\.\w+|\[\d+\])/y;
    for (let part = this.take(member); part !== undefined; part = this.take(member)) {
      value = Object(value)[part.replace(/[.[\]]/g, '')];
      if (value === undefined) throw new Error(`nothing is known of ${part} in ${this.text}`);
    }
    this.take(/(\s*)/y);
    return value;
  }

  private literal(): string | number | undefined {
    const text = this.take(/'((?:[^']|'')*)'/y);
    if (text !== undefined) return text.replaceAll("''", "'");
    const number = this.take(/(-?\d+)/y);
    return number === undefined ? undefined : Number(number);
  }

  private call(): unknown {
    const name = this.take(/(\w+)\(\s*/y);
    const known = FUNCTIONS[name ?? ''];
    if (known === undefined) throw new Error(`not understood at ${this.at}: ${this.text}`);
    const args: unknown[] = [];
    while (this.take(/(\))/y) === undefined) {
      args.push(this.value());
      this.take(/(,\s*)/y);
    }
    return known(...args);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found?.[1];
  }
}
