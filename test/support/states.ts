/** The states of all targets, read scope by scope, which no use case needs. */
import type { Expiry } from '../../src/core/expiry';
import type { Tables } from '../../src/watch/ports';

export async function* allStates({
  registry,
  scopes,
  expiries,
}: Pick<Tables, 'registry' | 'scopes' | 'expiries'>): AsyncGenerator<Expiry> {
  const known = new Set<string>();
  for await (const { scope } of registry.scopes()) known.add(scope);
  for await (const { scope } of scopes.all()) known.add(scope);
  for (const scope of known) yield* expiries.rows(scope);
}
