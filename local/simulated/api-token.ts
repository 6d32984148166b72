/** A simulated IoT Central API token: how it is created and shown. Only the answer to its creation holds its value. */
import * as v from 'valibot';
import { Misbehaving } from './faults';
import { type Json, type JsonObject, members, text } from './messages';

/** The body of a creation. Read-only fields (`id`, `token`) and unknown ones are ignored. */
export const TokenRequest = members({
  roles: v.pipe(
    v.array(members({ role: text, organization: v.optional(text) })),
    v.minLength(1, 'must have at least one item'),
  ),
  expiry: v.optional(v.pipe(text, v.check(isInstant, 'must be a date-time'))),
});

/** The built-in role. */
const ADMINISTRATOR = { role: 'ca310b8d-2f4a-44e0-a36e-957c202cd8d4' };

export class ApiToken extends Misbehaving {
  roles: v.InferOutput<typeof TokenRequest>['roles'] = [ADMINISTRATOR];
  /** As it is sent; `undefined` if the token never expires. */
  expiry: string | undefined;
  /** How many times it was read by its id. */
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
    return { id: this.id, roles: this.roles, expiry };
  }

  model(): JsonObject {
    return this.modelWith(this.expiry);
  }
}

function isInstant(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value));
}
