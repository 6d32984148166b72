/** Sends requests to the functions of a world over HTTP, and reads each answer whole. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RunningHost } from '../../local/host';
import { functionsOf } from '../../src/functions';
import type { Hosting } from './host';
import type { World } from './world';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly body: { readonly [member: string]: unknown };
}

export type Ask = (path: string, init?: RequestInit) => Promise<Answered>;

const SCHEDULES = { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' };

export async function asking(world: World, hosting: Hosting): Promise<Ask> {
  const { connectionString } = world;
  const host: RunningHost = await hosting.start(functionsOf(world.app), { env: SCHEDULES, connectionString });
  return async (path, init = {}) => read(await fetch(`${host.url}/api/${path}`, init));
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? Object(JSON.parse(text)) : {},
  };
}

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'PUT',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const csv = (body: string | Uint8Array<ArrayBuffer>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'text/csv' },
  body,
});

/** A GET with any `Host` header, which fetch does not allow. */
export function askAs(host: string, address: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request(address, { headers: { host } }, answer => {
      text(answer).then(body => resolve({ status: answer.statusCode, text: body }), reject);
    }).end();
  });
}
