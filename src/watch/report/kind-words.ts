/** Kinds and places as people say them: "IoT Central API token", "gateway-prod in contoso.azureiotcentral.com". */
import type { Key } from '../../core/target';
import type { Kinds } from '../targets/parse-target';

export interface KindWords {
  readonly kinds: readonly { readonly kind: string; readonly title: string }[];
  /** What a target is, where it is, and what to do to renew it, in one line each. */
  of(key: Key): TargetWords;
}

export interface TargetWords {
  /** As people read it, for a target without a display name. */
  readonly name: string;
  /** As the key spells it where the watcher does not know the kind. */
  readonly title: string;
  readonly place: string;
  /** Undefined for a kind that the watcher does not know. */
  readonly renewal: string | undefined;
}

export function kindWords({ sources, takeApart, readable }: Kinds): KindWords {
  return {
    kinds: [...sources.values()].map(({ kind, title }) => ({ kind, title })),
    of(key) {
      const [kind = '', ...place] = key.scope.split(':');
      const source = sources.get(kind);
      const identity = takeApart(key);
      const located = identity && source?.locate(identity);
      if (source && located && 'identity' in located)
        return {
          name: located.identity.names.at(-1) ?? key.name,
          title: source.title,
          place: source.placeOf(located.identity),
          renewal: source.renewalInBrief,
        };
      const raw = readable({ scope: place.join(':') || key.scope, name: key.name });
      return {
        name: raw.name,
        title: source?.title ?? kind,
        place: `${raw.name} in ${raw.scope}`,
        renewal: source?.renewalInBrief,
      };
    },
  };
}
