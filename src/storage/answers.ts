/** Answers: tells by the store's own error codes which refusals are ordinary. */
import { RestError } from '@azure/data-tables';
import * as v from 'valibot';

const Details = v.object({ odataError: v.object({ code: v.string() }) });

/** Another writer made the row first. */
export function alreadyExists(error: unknown): boolean {
  return isAnswer(error, 409, 'EntityAlreadyExists');
}

/** Another writer changed the row since it was read. */
export function wasChanged(error: unknown): boolean {
  return isAnswer(error, 412, 'UpdateConditionNotSatisfied');
}

/** The row does not exist; a missing table is another matter. */
export function isMissing(error: unknown): boolean {
  return isAnswer(error, 404, 'ResourceNotFound');
}

/** Whether a write went through; false when the row it was for does not exist. */
export async function unlessMissing(write: Promise<object>): Promise<boolean> {
  return (await unless(write, isMissing)) !== undefined;
}

/** Whether an insert went through; false when the row is there already. */
export async function unlessThere(insert: Promise<object>): Promise<boolean> {
  return (await unlessExists(insert)) !== undefined;
}

/** The answer to an insert; undefined when the row is there already. */
export async function unlessExists<T>(insert: Promise<T>): Promise<T | undefined> {
  return await unless(insert, alreadyExists);
}

/** The answer to a write under an etag; undefined when another writer changed or deleted the row. */
export async function unlessChanged<T>(write: Promise<T>): Promise<T | undefined> {
  return await unless(write, error => wasChanged(error) || isMissing(error));
}

async function unless<T>(write: Promise<T>, isOrdinary: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isOrdinary(error)) return undefined;
    throw error;
  }
}

function isAnswer(error: unknown, status: number, code: string): boolean {
  if (!(error instanceof RestError) || error.statusCode !== status) return false;
  const details = v.safeParse(Details, error.details);
  return (details.success ? details.output.odataError.code : error.code) === code;
}
