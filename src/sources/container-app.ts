/** The kind `containerApp`: the auth token of a container app, read from Azure Resource Manager. */
import * as v from 'valibot';
import type { Identity, Renewal } from '../core/target';
import { asciiQuoted } from '../formats/invisible';
import type { Source } from '../watch/ports';
import { ARM_ERRORS } from './arm-errors';
import type { Service, ServiceClient, SourceKind } from './kind';
import { readTarget, type TargetWords } from './read';
import { baseUrlFault, segmentFault } from './segment';
import { quotedUrl } from './shell';

/** getAuthtoken counts as a write. The limit of writes for each subscription: 200, refilled with 10 a second. */
export const arm: Service = {
  settingName: 'ARM',
  label: 'Azure Resource Manager',
  defaultEndpoint: 'https://management.azure.com',
  defaultLimits: { rate: 10, burst: 200 },
  errors: ARM_ERRORS,
  unknownHost:
    "The host of Azure Resource Manager is not known: check ARM_ENDPOINT and the name resolution (DNS) of the watcher's network",
  endpointFault: baseUrlFault,
  credentialScope: endpoint => `${withoutSlash(endpoint)}/.default`,
};

export const containerApp: SourceKind = {
  kind: 'containerApp',
  title: 'Container app',
  renewalInBrief: 'Get a new token with getAuthtoken. The watcher notices it by itself.',
  placeOf: ({ place, names: [group = '', app = ''] }) =>
    `${app} in resource group ${group}, subscription ${place.slice(0, 8)}…`,
  settingName: 'CONTAINER_APP',
  defaultThresholds: '7d 1d 1h 0',
  defaultCheckEvery: '6h',
  service: arm,
  label: 'container app auth token',
  asks: {
    place: {
      label: 'Resource id, or its address in the portal',
      hint: 'Such as /subscriptions/…/resourceGroups/…/providers/Microsoft.App/containerApps/…, or the address of its page in the Azure portal.',
    },
    name: {
      label: 'Resource group and name',
      hint: 'Such as rg-shop/web. Empty where the other field has them; write them here if that holds a subscription id alone.',
    },
  },
  renewalKeepsName: true,
  mayMint: true,
  guess,
  locate,
};

/** A GUID, as Azure Resource Manager documents it. Azure answers "not found" for any other text, as if the app were gone. */
const SUBSCRIPTION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A GUID without its hyphens, or in braces. */
const LOOSE_GUID =
  /(?<![0-9a-f])([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})(?![0-9a-f])/;
const API_VERSION = '2023-08-01-preview';

const words: TargetWords = {
  missing:
    'Azure knows no such container app: it was deleted or renamed, or the subscription, resource group or name in its row is wrong',
  notAllowed:
    "The watcher may not ask for this container app's token: give its identity a role with Microsoft.App/containerApps/getAuthtoken/action, such as Container Apps Operator",
};

function locate(client: ServiceClient, { place, names }: Identity): ReturnType<Source['locate']> {
  const subscription = place.toLowerCase();
  const [group = '', app = ''] = names.map(name => name.toLowerCase());
  const fault = faultOf(subscription, names.length, group, app);
  if (fault) return { fault };
  const resource = `/subscriptions/${subscription}/resourceGroups/${encodeURIComponent(group)}/providers/Microsoft.App/containerApps/${encodeURIComponent(app)}`;
  // ContainerApps_GetAuthToken, 2023-08-01-preview: POST without a body.
  const url = `${withoutSlash(client.connection.endpoint)}${resource}/getAuthtoken?api-version=${API_VERSION}`;
  return {
    identity: { kind: 'containerApp', place: subscription, names: [group, app] },
    where: `container app ${app} in resource group ${group}, subscription ${subscription.slice(0, 8)}…`,
    parts: [
      { term: 'Container app', text: app },
      { term: 'Resource group', text: group },
      { term: 'Subscription', text: subscription },
    ],
    portalUrl: `https://portal.azure.com/#resource${resource}`,
    renewal: renewalBy(url),
    read: () => readTarget(client, { method: 'POST', url, words, schema }),
  };
}

function renewalBy(url: string): Renewal {
  return {
    steps: [
      {
        say: 'Ask for a new token, as somebody who may do that. It is renewed if properties.expires is later than before.',
        command: `az rest --method post --url ${quotedUrl(url)}`,
      },
      { say: 'Use the new token wherever the old one is used.' },
    ],
    cleanup: [],
  };
}

/** Finds the parts in a resource id, in an address of the portal, or in a name that another character separates. */
function guess(place: string, name: string): Identity {
  const text = `${place}/${name}`.toLowerCase();
  const after = (segment: string) => new RegExp(`/${segment}/([^/?#]+)`).exec(text)?.[1];
  const subscription = after('subscriptions') ?? text;
  const guid = LOOSE_GUID.exec(subscription)?.slice(1).join('-');
  const [group, app] = [after('resourcegroups'), after('containerapps')];
  const names = group && app ? [group, app] : name.split(/[:/\\|,;：]+/).filter(part => part.trim() !== '');
  return {
    kind: 'containerApp',
    place: guid ?? place.trim(),
    names: names.map(part => part.trim().toLowerCase()),
  };
}

function faultOf(subscription: string, count: number, group: string, app: string): string | undefined {
  if (!SUBSCRIPTION.test(subscription))
    return `subscription: ${asciiQuoted(subscription)} is not a subscription id; write for example 651f8027-33e8-4ec4-97b4-f6e9f3dc8744`;
  if (count !== 2) return `name: write {resourceGroup}:{containerAppName}; that is 2 parts, not ${count}`;
  return segmentFault('resource group', group, 90) ?? segmentFault('container app', app, 63);
}

/** ContainerAppAuthToken, 2023-08-01-preview; its `properties.token` is dropped here. */
const schema = v.pipe(
  v.object({ properties: v.object({ expires: v.string() }) }),
  v.transform(({ properties }) => ({ expiry: properties.expires })),
);

function withoutSlash(endpoint: string): string {
  return endpoint.replace(/\/+$/, '');
}
