/** Reads the services' specifications, if they are beside the repository. Otherwise their tests are skipped. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SPECS = path.join(__dirname, '../../../../shared/specs');

/** `test`, or `test.skip` if the specifications are missing. */
export function testWithSpecs(): jest.It {
  if (existsSync(SPECS)) return test;
  console.log('The specifications are not beside the repository: comparisons with them are skipped.');
  return test.skip;
}

export function spec(file: string): unknown {
  const value: unknown = JSON.parse(readFileSync(path.join(SPECS, file), 'utf8'));
  return value;
}

/** The shape of a value, to compare: property names and types, and of a list the first item. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, shape(held)]));
}
