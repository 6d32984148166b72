/** The roles and users of a simulated IoT Central application. Only service principals can be added: nothing here adds people. */
import * as v from 'valibot';
import { type JsonObject, members, parseBody, Refusal, text } from './messages';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const guid = v.pipe(text, v.regex(GUID, 'must be a GUID'));

const User = members({
  type: v.literal('servicePrincipal', "must be 'servicePrincipal'"),
  tenantId: guid,
  objectId: guid,
  roles: v.pipe(
    v.array(members({ role: text, organization: v.optional(text) })),
    v.minLength(1, 'must have at least one item'),
  ),
});

/** The built-in roles, with their documented ids. */
const BUILT_IN: readonly JsonObject[] = [
  { id: 'ca310b8d-2f4a-44e0-a36e-957c202cd8d4', displayName: 'Administrator' },
  { id: 'ae2c9854-393b-4f97-8c42-479d70ce626e', displayName: 'Operator' },
  { id: '344138e9-8de4-4497-8c54-5237e96d6aaf', displayName: 'Builder' },
];

export class Members {
  readonly roles: JsonObject[] = [...BUILT_IN];
  readonly users = new Map<string, JsonObject>();

  /** Adds a user or replaces it. @throws Refusal */
  put(id: string, body: Buffer): JsonObject {
    if (!/^[\w-]{1,48}$/.test(id))
      throw new Refusal(400, 'BadRequest', 'The id of a user has at most 48 letters, digits, - and _.');
    const user = parseBody(User, body);
    for (const { role } of user.roles)
      if (!this.roles.some(known => known.id === role))
        throw new Refusal(400, 'BadRequest', `The role '${role}' does not exist.`);
    for (const [other, { objectId }] of this.users)
      if (other !== id && objectId === user.objectId)
        throw new Refusal(409, 'Conflict', 'Another user has this object id.');
    const added = { ...user, id };
    this.users.set(id, added);
    return added;
  }
}
