/** Tables that make up each row as it is asked for and forget what is written, so that only a sweep's own work is measured. */
import type { Expiry } from '../../src/core/expiry';
import type { RegistryRow, ScopeRow, Stored, Tables } from '../../src/watch/ports';

const NONE: ReadonlySet<string> = new Set();

/** Of all tables only the scope's row remembers: lease and pace go on from one sweep to the next. */
export function forgetful(
  store: Tables,
  rows: (scope: string, after?: string) => AsyncIterable<Stored<RegistryRow>>,
  states: (scope: string, after?: string) => AsyncIterable<Stored<Expiry>>,
): Tables {
  let row: ScopeRow | undefined;
  return {
    ...store,
    registry: { ...store.registry, rows },
    expiries: {
      ...store.expiries,
      rows: states,
      merge: async () => NONE,
      mergeCal: async () => NONE,
      remove: async () => undefined,
    },
    calendar: { ...store.calendar, write: async () => NONE },
    outbox: { ...store.outbox, put: async () => NONE },
    history: { ...store.history, add: async () => undefined },
    scopes: {
      ...store.scopes,
      get: async () => row && { ...row, etag: 'x' },
      save: async next => {
        row = next;
        return 'x';
      },
    },
  };
}
