/** The options of `npm start`, understood once. */
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** Forget what earlier runs recorded. */
  readonly fresh: boolean;
  /** Watch real tokens with the developer's own sign-in, instead of the simulated fleet. */
  readonly live: boolean;
  /** A CSV file of registry rows. */
  readonly registry: string | undefined;
  readonly port: number;
}

export const USAGE = `npm start -- [--fresh] [--live] [--registry file.csv] [--port 7071]
  --fresh      forget what earlier runs recorded
  --live       watch real tokens with your own Azure sign-in; tables and mails stay on this machine
  --registry   load registry rows from a CSV file (scope,name,owners,...)
  --port       the port of the HTTP functions (a free one if it is taken)`;

/** @returns a sentence where the arguments are not understood. */
export function parseOptions(args: readonly string[]): StartOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        live: { type: 'boolean', default: false },
        registry: { type: 'string' },
        port: { type: 'string', default: '7071' },
      },
    });
    const { fresh, live, registry, port } = values;
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return `--port: '${port}' is no port`;
    return { fresh, live, registry, port: Number(port) };
  } catch (error) {
    // parseArgs throws a TypeError that names the argument it does not know.
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
