/** Gives an identity a role in one IoT Central application, by the requests of its REST API. */
import * as v from 'valibot';

const API_VERSION = '2022-07-31';

/** Built in, and known to show no API tokens: https://learn.microsoft.com/azure/iot-central/core/howto-manage-users-roles */
const BLIND = ['ae2c9854-393b-4f97-8c42-479d70ce626e', '344138e9-8de4-4497-8c54-5237e96d6aaf'];

const Role = v.object({ id: v.string(), displayName: v.string() });
const Roles = v.object({ value: v.array(Role), nextLink: v.optional(v.string()) });
const Assigned = v.object({ role: v.string(), organization: v.optional(v.string()) });
const User = v.object({ roles: v.array(Assigned) });
const Fault = v.object({ error: v.object({ message: v.string() }) });

/** Sends one request to the application; `url` is below its address. */
export type Ask = (
  method: 'GET' | 'PUT',
  url: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface Grant {
  /** The address of the application, such as `https://contoso.azureiotcentral.com`. */
  readonly url: string;
  /** The object id of the identity's service principal, and its tenant. */
  readonly principalId: string;
  readonly tenantId: string;
  /** The name of a role, or its id. */
  readonly role: string;
}

/** Why no role was given, and what to do. */
export class NotGranted extends Error {}

/**
 * Adds the identity with the role, or the role to those that the identity has. Doing it again changes nothing.
 * @returns a sentence on what was done
 * @throws NotGranted
 */
export async function grant({ url, principalId, tenantId, role }: Grant, ask: Ask): Promise<string> {
  const { id, displayName } = chosen(await rolesOf(url, ask), role);
  const user = `${url}/api/users/${principalId}?api-version=${API_VERSION}`;
  const found = await ask('GET', user);
  const roles = found.status === 404 ? [] : read(User, found).roles;
  if (roles.some(held => held.role === id && held.organization === undefined))
    return `The identity has the role '${displayName}' already.`;
  const body = { type: 'servicePrincipal', tenantId, objectId: principalId, roles: [...roles, { role: id }] };
  read(User, await ask('PUT', user, body));
  return `The identity has the role '${displayName}' now. It may take some minutes to work.`;
}

async function rolesOf(url: string, ask: Ask): Promise<v.InferOutput<typeof Role>[]> {
  const first = `${url}/api/roles?api-version=${API_VERSION}`;
  const roles: v.InferOutput<typeof Role>[] = [];
  for (let next: string | undefined = first; next !== undefined; ) {
    const page: v.InferOutput<typeof Roles> = read(Roles, await ask('GET', next));
    roles.push(...page.value);
    next = page.nextLink;
    // The token of the sign-in must not go elsewhere.
    if (next !== undefined && !next.startsWith(`${url}/api/roles?`))
      throw new NotGranted('The list of roles goes on at another address, which is not asked.');
  }
  return roles;
}

function chosen(roles: readonly v.InferOutput<typeof Role>[], wanted: string): v.InferOutput<typeof Role> {
  const [first, ...others] = roles.filter(({ id, displayName }) => id === wanted || displayName === wanted);
  if (!first) {
    const names = roles.map(({ displayName }) => `'${displayName}'`).join(', ');
    throw new NotGranted(
      `The application has no role '${wanted}'. Make one in it (Permissions → Roles → New) with "API tokens: View" and "Custom roles: View", or name another with --role. It has ${names}.`,
    );
  }
  if (others.length > 0)
    throw new NotGranted(
      `The application has ${others.length + 1} roles '${wanted}'. Name the id of one with --role: ${[first, ...others].map(({ id }) => id).join(', ')}.`,
    );
  if (BLIND.includes(first.id))
    throw new NotGranted(
      `The role '${first.displayName}' can't view API tokens. Take a role that can, or Administrator.`,
    );
  return first;
}

function read<T>(schema: v.GenericSchema<unknown, T>, { status, body }: Awaited<ReturnType<Ask>>): T {
  const parsed = v.safeParse(schema, body);
  if (status === 200 && parsed.success) return parsed.output;
  if (status === 401 || status === 403)
    throw new NotGranted(
      `The application refused it (HTTP ${status}): sign in with "az login" as an Administrator of the application.`,
    );
  const fault = v.safeParse(Fault, body);
  const said = fault.success
    ? fault.output.error.message
    : 'it is not the answer of an IoT Central application.';
  throw new NotGranted(`The application answered with HTTP ${status}: ${said}`);
}
