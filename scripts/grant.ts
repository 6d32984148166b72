/** `npm run grant`: gives the identity of a watcher its role in an IoT Central application, as the person who is signed in with `az login`. */
import { parseArgs } from 'node:util';
import { AzureCliCredential } from '@azure/identity';
import * as v from 'valibot';
import { type Ask, grant, NotGranted } from './iot-central-grant';

const USAGE = `npm run grant -- --app contoso.azureiotcentral.com --principal ID [--role "Expiry Watcher"]
  --app        the host of the IoT Central application
  --principal  the identity of the watcher: azd env get-value WATCHER_PRINCIPAL_ID
  --role       the name or the id of a role that can view API tokens ("Expiry Watcher")`;

const SCOPE = 'https://apps.azureiotcentral.com/.default';
const APPLICATION = /^(?:https:\/\/)?([a-z0-9-]+\.azureiotcentral\.(?:com|us))\/?$/i;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const Claims = v.object({ tid: v.string() });

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: '' },
      principal: { type: 'string', default: '' },
      role: { type: 'string', default: 'Expiry Watcher' },
    },
  });
  const [, host] = APPLICATION.exec(values.app) ?? [];
  if (!host) throw new NotGranted(`--app is not the host of an IoT Central application.\n${USAGE}`);
  if (!GUID.test(values.principal)) throw new NotGranted(`--principal is not a GUID.\n${USAGE}`);
  const { token } = await new AzureCliCredential().getToken(SCOPE);
  const url = `https://${host.toLowerCase()}`;
  const principalId = values.principal.toLowerCase();
  console.log(await grant({ url, principalId, tenantId: tenantOf(token), role: values.role }, signed(token)));
}

/** The tenant of who is signed in, which is that of the application and of the identity. */
function tenantOf(token: string): string {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return v.parse(v.pipe(v.string(), v.parseJson(), Claims), claims).tid;
}

function signed(token: string): Ask {
  return async (method, url, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body), redirect: 'error' });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
