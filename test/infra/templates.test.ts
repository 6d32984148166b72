/** The compiled templates as text for Azure: no keys are read, no secret leaves, and nothing is declared for nothing. */
import { beforeBicep, bicepTest } from './bicep';

const FILES = [
  'infra/main.bicep',
  'infra/watched/subscription.bicep',
  'infra/watched/management-group.bicep',
];
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
