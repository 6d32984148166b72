/** Finds the reference shapes that may lie beside the repository; where they don't, their tests are skipped with a note. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SPECS = path.join(__dirname, '../../../../shared/specs');

/** `test`, or `test.skip` where the specifications are missing. */
export function testWithSpecs(): jest.It {
  if (existsSync(SPECS)) return test;
  console.log('The specifications are not beside the repository: comparisons with them are skipped.');
  return test.skip;
}

export function spec(file: string): unknown {
  const value: unknown = JSON.parse(readFileSync(path.join(SPECS, file), 'utf8'));
  return value;
}

/** What a value is made of, for comparing shapes: property names and types, of lists the first item. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, shape(held)]));
}
