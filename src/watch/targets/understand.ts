/** Understands what a person pastes to name a target: table keys, a resource id, or an address of the portal or of an application. */
import type { Key } from '../../core/target';
import { trimmed, withoutInvisible } from '../../formats/invisible';
import { type Kinds, meantKey } from './parse-target';

/** The two texts of a form. Either may hold the whole. */
export interface Pasted {
  readonly kind: string;
  /** Where the target is. */
  readonly place: string;
  /** Its name there. */
  readonly name: string;
}

/** Table keys in one text, as the columns of a table or as an address of this app writes them. */
const BOTH_KEYS = /^([a-z]+:[^\s/|,;]+)[\s/|,;]+(.+)$/i;

/** The key of the target, or why the texts name none. The kind of the form counts, unless only another kind understands them. */
export function understand(
  { kind, ...pasted }: Pasted,
  kinds: Kinds,
): { readonly key: Key } | { readonly fault: string } {
  const [place, name] = partsOf(pasted, kinds);
  const hasKind = kinds.sources.has(place.split(':', 1).join());
  const whole = { scope: hasKind ? place : `${kind}:${place}`, name };
  const key =
    (isKey(whole, kinds) ? whole : undefined) ??
    meantKey(whole, kinds) ??
    meantKey({ scope: place, name }, kinds);
  if (key) return { key };
  const source = kinds.sources.get(kind);
  const located = source?.locate(source.guess(place, name));
  return {
    fault: located && 'fault' in located ? located.fault : 'kind: choose one of those that are watched',
  };
}

function partsOf(
  { place, name }: Omit<Pasted, 'kind'>,
  kinds: Kinds,
): readonly [place: string, name: string] {
  const [, scope = '', rest = ''] = BOTH_KEYS.exec(trimmed(place)) ?? [];
  const isBoth = trimmed(name) === '' && kinds.sources.has(scope.split(':', 1).join());
  const [first, second] = isBoth ? [scope, rest] : [place, name];
  return [withoutInvisible(first), withoutInvisible(second)];
}

/** Whether these are table keys in their one spelling: such a text is taken as it is. */
function isKey(key: Key, kinds: Kinds): boolean {
  const identity = kinds.takeApart(key);
  const located = identity && kinds.sources.get(identity.kind)?.locate(identity);
  if (!located || 'fault' in located) return false;
  const { scope, name } = kinds.spell(located.identity);
  return scope === key.scope && name === key.name;
}
