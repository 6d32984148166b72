/** Objects with the names of a closed list. */

/** An object with a value for each name, in the order of the list. */
export function byName<Name extends string, T extends Readonly<Record<Name, unknown>>>(
  names: readonly Name[],
  partOf: <N extends Name>(name: N) => T[N],
): T {
  const entries = names.map(name => [name, partOf(name)]);
  // The types above say the result. For such entries `Object.fromEntries` answers `any`, so nothing is checked here.
  return Object.fromEntries(entries);
}
