/** The compiled templates as text for Azure: no keys are read, no secret leaves, and nothing is declared for nothing. */
import * as v from 'valibot';
import { beforeBicep, bicepTest } from './bicep';

const FILES = [
  'infra/main.bicep',
  'infra/watched/subscription.bicep',
  'infra/watched/management-group.bicep',
];
const WithResources = v.object({
  resources: v.array(v.object({ type: v.string(), dependsOn: v.optional(v.array(v.string())) })),
});
const templates: Template[] = [];
beforeBicep(async bicep => {
  for (const file of FILES) templates.push(...templatesIn(await bicep.compiled(file), file));
});

/** A template without the templates inside it, which have parameters of their own. */
interface Template {
  readonly name: string;
  readonly parameters: Readonly<Record<string, { type?: string; defaultValue?: unknown }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function templatesIn(value: unknown, name: string): Template[] {
  const inner: Template[] = [];
  const text = JSON.stringify(value, (key, part) => {
    if (key !== 'template' || typeof part !== 'object') return part;
    inner.push(...templatesIn(part, `${name}, module ${inner.length + 1}`));
    return undefined;
  });
  const { parameters = {}, outputs = {} } = Object(value);
  return [{ name, parameters, outputs, text }, ...inner];
}

const secretsOf = ({ parameters }: Template) =>
  Object.entries(parameters).filter(([, { type }]) => /^secure/i.test(type ?? ''));

bicepTest('all modules are there', () => {
  expect(templates).toHaveLength(FILES.length + 10);
});

bicepTest('no key or secret is read from Azure', () => {
  for (const { name, text } of templates) expect([name, text.match(/\blist\w*\(/gi)]).toEqual([name, null]);
});

bicepTest('no output holds a secret, or what opens monitoring', () => {
  for (const template of templates) {
    const text = JSON.stringify(template.outputs);
    expect([template.name, text.match(/ConnectionString|InstrumentationKey|'?\.value\b.*secret/i)]).toEqual([
      template.name,
      null,
    ]);
    for (const [secret] of secretsOf(template))
      expect([template.name, text.includes(`parameters('${secret}')`)]).toEqual([template.name, false]);
  }
});

bicepTest(
  'secrets are secure parameters, and none has a default but the random one and the empty one',
  () => {
    const found = templates.flatMap(template =>
      secretsOf(template).map(([name, { defaultValue }]) => `${name}: ${defaultValue}`),
    );
    expect(found.sort()).toEqual([
      "firstLinkSecret: [format('{0}{1}', newGuid(), newGuid())]",
      'pingUrl: ',
      'pingUrl: undefined',
      'smtpPassword: ',
      'smtpPassword: undefined',
    ]);
  },
);

bicepTest('the secret of the links is made once, and a later deployment leaves it alone', () => {
  const vault = templates.filter(({ text }) => text.includes('"Microsoft.KeyVault/vaults/secrets"'));
  expect(vault).toHaveLength(1);
  expect(JSON.parse(vault[0]?.text ?? '')).toMatchObject({
    resources: {
      linkSecret: {
        '@options': { onlyIfNotExists: [] },
        properties: { value: "[parameters('firstLinkSecret')]" },
      },
    },
  });
});

bicepTest('every parameter is used', () => {
  for (const { name, parameters, text } of templates) {
    const { parameters: _declared, ...rest } = JSON.parse(text);
    const used = JSON.stringify(rest);
    const idle = Object.keys(parameters).filter(parameter => !used.includes(`parameters('${parameter}')`));
    expect([name, idle]).toEqual([name, []]);
  }
});

bicepTest('the questions and switches of the deployment take only what the resources can be', () => {
  const limits = Object.entries(templates[0]?.parameters ?? {}).map(
    ([name, { type, defaultValue: _default, ...limit }]) => {
      const { metadata, ...rest } = Object(limit);
      expect([name, metadata.description]).toEqual([name, expect.stringMatching(/\.$/)]);
      return [name, { type, ...rest, ...(metadata.azd && { azd: metadata.azd }) }];
    },
  );
  const text = { type: 'string' };
  const among = (...allowedValues: unknown[]) => ({ type: 'string', allowedValues });
  expect(Object.fromEntries(limits)).toEqual({
    environmentName: { ...text, minLength: 1, maxLength: 40 },
    location: { ...text, minLength: 1, azd: { type: 'location' } },
    mailTransport: among('graph', 'smtp', 'acs', 'none'),
    operators: { ...text, minLength: 3 },
    ping: { type: 'bool' },
    pingUrl: { type: 'securestring' },
    watchedSubscriptions: { ...text, minLength: 4 },
    mailSender: text,
    mailTo: among('owners', 'operators', 'none'),
    communicationServiceId: text,
    emailDomainId: text,
    communicationDataLocation: text,
    smtpHost: text,
    smtpPort: { type: 'int' },
    smtpUser: text,
    smtpSignIn: among('password', 'identity'),
    smtpPassword: { type: 'securestring' },
    registryEditorId: text,
    registryEditorType: among('User', 'Group', 'ServicePrincipal'),
    networkIsolation: { type: 'bool' },
    zoneRedundant: { type: 'bool' },
    signInClientId: text,
    availabilityTest: { type: 'bool' },
    sweepSchedule: text,
    remindSchedule: text,
    instanceMemoryMB: { type: 'int', allowedValues: [512, 2048, 4096] },
    maximumInstanceCount: { type: 'int', minValue: 40, maxValue: 1000 },
    settings: { type: 'object' },
  });
});

bicepTest('the deployment answers with what azd and its hooks read', () => {
  expect(Object.keys(templates[0]?.outputs ?? {}).sort()).toEqual([
    'AZURE_RESOURCE_GROUP',
    'KEY_VAULT_NAME',
    'NEXT_STEPS',
    'STORAGE_ACCOUNT_NAME',
    'WATCHER_NAME',
    'WATCHER_PRINCIPAL_ID',
    'WATCHER_URL',
  ]);
});

bicepTest(
  'what a way to send mail needs and lacks ends the deployment with a sentence on how to set it',
  () => {
    const said = templates.flatMap(({ text }) => [
      ...text.matchAll(/if\(([^"]*?), fail\('(\w+) is missing\. .*?: azd env (.*?)'\)/g),
    ]);
    expect(said.map(([, , parameter, command]) => [parameter, command])).toEqual([
      ['mailSender', 'set MAIL_SENDER watcher@example.com'],
      ['smtpHost', 'set SMTP_HOST smtp.example.com'],
      ['smtpPassword', 'set-secret SMTP_PASSWORD'],
      ['pingUrl', 'set-secret PING_URL'],
    ]);
    for (const [, condition, parameter] of said)
      expect(condition).toContain(`empty(parameters('${parameter}'))`);
  },
);

bicepTest('the role to send waits for the service that it is given on', () => {
  const [mail] = templates.filter(({ text }) =>
    text.includes('"Microsoft.Communication/communicationServices"'),
  );
  const { resources } = v.parse(WithResources, JSON.parse(mail?.text ?? ''));
  const roles = resources.filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments');
  expect(roles.map(({ dependsOn }) => dependsOn)).toEqual([
    ["[resourceId('Microsoft.Communication/communicationServices', parameters('name'))]"],
  ]);
});
