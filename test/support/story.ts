/** Shared by the stories: scopes, the mails of one instant, the history of a target, and all stored rows. */
import { TableClient } from '@azure/data-tables';
import { MINUTE } from '../../src/formats/instant';
import type { World } from './world';

export const HOST = 'contoso.azureiotcentral.com';
export const CONTOSO = `iotCentralToken:${HOST}`;
export const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
export const APPS = `containerApp:${SUBSCRIPTION}`;

/** The mails that `work` sends, as `recipient: subject`. */
export async function mailedBy(world: World, work: () => Promise<void>): Promise<string[]> {
  const before = world.mails().length;
  await work();
  return world.mails().slice(before);
}

/** The mails at one instant. It sweeps and reminds twice: all that is due goes out with the first, nothing with the second. */
export function mailsAt(world: World, text: string): Promise<string[]> {
  return mailedBy(world, async () => {
    world.clock.to(text);
    await world.tick();
    await world.tick();
  });
}

/** A number of ticks, five minutes apart. */
export async function ticks(world: World, count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    world.clock.pass(5 * MINUTE);
    await world.tick();
  }
}

/** Registers a target that can be read, so that the scope can be read whatever becomes of its other targets. */
export async function withNeighbour(world: World, scope: string = CONTOSO): Promise<void> {
  const isApp = scope === APPS;
  const { arm, iotCentral } = world.azure;
  const target = isApp ? arm.app(SUBSCRIPTION, 'shop', 'neighbour') : iotCentral.token(HOST, 'neighbour');
  target.expires('2035-01-01T00:00:00Z');
  await world.register(scope, isApp ? 'shop:neighbour' : 'neighbour', { owners: 'grace@example.com' });
}

/** The types of a target's events, oldest first. */
export async function historyOf(world: World, scope: string, name: string): Promise<string[]> {
  const events = await world.tables.history.of({ scope, name }, 100);
  return events.map(({ type }) => type).reverse();
}

export async function notesOf(world: World, scope: string, name: string, type: string): Promise<string[]> {
  const events = await world.tables.history.of({ scope, name }, 100);
  return events.flatMap(event => (event.type === type && 'note' in event ? event.note : [])).reverse();
}

export function textTo(world: World, owner: string): string {
  return world.mailsTo(owner).at(-1)?.message.content.plainText ?? '';
}

/** The text of a mail without its line breaks. */
export function flat(text: string): string {
  return text.replace(/\n! {2}|\s+/g, ' ');
}

export const TABLES = ['registry', 'expiries', 'calendar', 'outbox', 'scopes', 'history'] as const;

/** Every entity of these tables, etags included: equal dumps mean that no row was written. */
export function dump(world: World, names: readonly string[] = TABLES): Promise<string[]> {
  return dumpOf(world.connectionString, names);
}

export async function dumpOf(connectionString: string, names: readonly string[]): Promise<string[]> {
  const rows: string[] = [];
  for (const name of names) {
    const client = TableClient.fromConnectionString(connectionString, name, {
      allowInsecureConnection: true,
    });
    // The version of the tables is there from the first use on.
    for await (const row of client.listEntities())
      if (row.partitionKey !== 'schema') rows.push(`${name} ${JSON.stringify(row)}`);
  }
  return rows;
}

/** The number of reminders in the outbox, without claims. */
export async function queued(world: World): Promise<number> {
  let count = 0;
  for await (const { lines } of world.tables.outbox.byOwner()) count += lines.length;
  return count;
}
