/** Reads request bodies the way the simulated services do: every break of the schema is a refusal that names its place. */

/** A request the service refuses; the handler turns it into the service's own envelope. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export type Fields = Readonly<Record<string, unknown>>;
export type Read<T> = (value: unknown, where: string) => T;

export function broken(where: string, rule: string): Refusal {
  return new Refusal(400, 'BadRequest', `${where}: ${rule}`);
}

export function parsed(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw broken('body', 'must be JSON');
    throw error;
  }
}

export function fields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(where, 'must be an object');
  return Object.fromEntries(Object.entries(value));
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw broken(where, 'must be a string');
  return value;
}

export function flag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw broken(where, 'must be true or false');
  return value;
}

export function list<T>(item: Read<T>): Read<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw broken(where, 'must be an array');
    return value.map((one: unknown, index) => item(one, `${where}[${index}]`));
  };
}

/** Absent is fine; `null` is not, as none of the schemas has a nullable field. */
export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (value, where) => (value === undefined ? undefined : read(value, where));
}
