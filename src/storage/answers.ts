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

function isAnswer(error: unknown, status: number, code: string): boolean {
  if (!(error instanceof RestError) || error.statusCode !== status) return false;
  const details = v.safeParse(Details, error.details);
  return (details.success ? details.output.odataError.code : error.code) === code;
}
