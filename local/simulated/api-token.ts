/** One simulated IoT Central API token, as the application lists it: its value is told once, at creation. */
import type { Json } from './answer';
import { Misbehaving } from './faults';
import { broken, fields, list, optional, text } from './parse';

export interface RoleAssignment {
  readonly role: string;
  readonly organization?: string;
}

/** The built-in Administrator role. */
const ADMINISTRATOR: RoleAssignment = { role: 'ca310b8d-2f4a-44e0-a36e-957c202cd8d4' };

export class ApiToken extends Misbehaving {
  roles: readonly RoleAssignment[] = [ADMINISTRATOR];
  /** As it goes out; `undefined` never expires. */
  expiry: string | undefined;
  /** How often it was asked for by its id. */
  reads = 0;

  constructor(readonly id: string) {
    super();
  }

  /** A string goes out as it is. */
  expires(at: string | number): this {
    this.expiry = typeof at === 'string' ? at : new Date(at).toISOString();
    return this;
  }

  neverExpires(): this {
    this.expiry = undefined;
    return this;
  }

  /** The `ApiToken` model without its value; the date may be another than its own. */
  model(expiry: Json | undefined = this.expiry): { readonly [key: string]: Json } {
    return { ...this.undated(), ...(expiry === undefined ? {} : { expiry }) };
  }

  undated(): { readonly [key: string]: Json } {
    return { id: this.id, roles: this.roles.map(role => ({ ...role })) };
  }
}

export interface TokenRequest {
  readonly roles: readonly RoleAssignment[];
  readonly expiry: string | undefined;
}

/** The body of a creation. Read-only fields (`id`, `token`) are ignored, as unknown ones are. */
export function tokenRequest(body: unknown): TokenRequest {
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
  return {
    role: text(given.role, `${where}.role`),
    ...(organization === undefined ? {} : { organization }),
  };
}

function isInstant(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
}
