/** A simulated IoT Central API token: how it is created and shown. Only the answer to its creation holds its value. */
import { Misbehaving } from './faults';
import { broken, fields, type Json, type JsonObject, list, optional, text } from './messages';

interface RoleAssignment {
  readonly role: string;
  readonly organization?: string;
}

/** The built-in role. */
const ADMINISTRATOR = { role: 'ca310b8d-2f4a-44e0-a36e-957c202cd8d4' };

export class ApiToken extends Misbehaving {
  roles: readonly RoleAssignment[] = [ADMINISTRATOR];
  /** As it is sent; `undefined` if the token never expires. */
  expiry: string | undefined;
  /** How many times it was asked for by its id. */
  reads = 0;

  constructor(readonly id: string) {
    super();
  }

  /** A string is sent unchanged. */
  expires(at: string | number): this {
    this.expiry = typeof at === 'string' ? at : new Date(at).toISOString();
    return this;
  }

  neverExpires(): this {
    this.expiry = undefined;
    return this;
  }

  /** The service's `ApiToken` model without the value. The expiry may be anything, even no date. */
  modelWith(expiry: Json | undefined): JsonObject {
    return { id: this.id, roles: this.roles.map(role => ({ ...role })), expiry };
  }

  model(): JsonObject {
    return this.modelWith(this.expiry);
  }
}

/** Parses the body of a creation. Read-only fields (`id`, `token`) and unknown ones are ignored. */
export function parseTokenRequest(body: unknown): Pick<ApiToken, 'roles' | 'expiry'> {
  const given = fields(body, 'body');
  const roles = list(roleAssignment)(given.roles, 'roles');
  if (roles.length === 0) throw broken('roles', 'must have at least one item');
  const expiry = optional(text)(given.expiry, 'expiry');
  if (expiry !== undefined && !isInstant(expiry)) throw broken('expiry', 'must be a date-time');
  return { roles, expiry };
}

function roleAssignment(value: unknown, where: string): RoleAssignment {
  const given = fields(value, where);
  const organization = optional(text)(given.organization, `${where}.organization`);
  return { role: text(given.role, `${where}.role`), organization };
}

function isInstant(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
}
