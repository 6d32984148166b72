/** Who may ask which route, and who asks. With Entra sign-in the platform stands in front, and one list says what it lets through. */
import LET_THROUGH from '../../infra/sign-in.json';
import { withoutInvisible } from '../formats/invisible';
import type { Request, Route } from './route';

/** `signIn`: with Entra sign-in only who has signed in, and else, as with `key`, who has a function key. */
export type Access = 'anonymous' | 'key' | 'signIn';

export function accessOf({ path }: Pick<Route, 'path'>): Access {
  if (LET_THROUGH.anonymous.includes(path)) return 'anonymous';
  return LET_THROUGH.byKey.includes(path) ? 'key' : 'signIn';
}

/** Of the setting WEBSITE_AUTH_ENABLED, which App Service sets to `True` for an app with sign-in in front. */
export function isSignInOn(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}

/** For the OpenAPI document. */
export const UNKNOWN_CALLER =
  'No key, or none that opens this function: the platform answers it, without a body. Where Entra sign-in stands in front: nobody is signed in.';

const LONGEST_NAME = 200;

/**
 * Who has signed in, by the headers that the platform sets and takes from nobody else; undefined for nobody. Where the platform does
 * not stand in front, anyone can send them.
 */
export function callerOf(header: Request['header']): Pick<Request, 'by'> | undefined {
  const id = shown(header('x-ms-client-principal-id'));
  if (id === undefined && shown(header('x-ms-client-principal')) === undefined) return undefined;
  // A program may have no name.
  return { by: shown(header('x-ms-client-principal-name')) ?? id };
}

function shown(text: string | null): string | undefined {
  const visible = [...withoutInvisible(text ?? '')].slice(0, LONGEST_NAME).join('').trim();
  return visible === '' ? undefined : visible;
}
