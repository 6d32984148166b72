/** Lets a test name a thing and have it: made on first mention, the same one ever after. */
export function onFirstMention<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
