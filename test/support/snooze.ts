/** The snooze links in an owner's mails, and the token of the latest one. */
import type { World } from './world';

export const LINKED = {
  PUBLIC_URL: 'https://watcher.example.com',
  LINK_SECRET: 'a secret of at least 32 characters',
};

/** The snooze links of the mails to an owner, oldest first. */
export function linksTo(world: World, owner: string): string[] {
  const texts = world.mailsTo(owner).map(({ message }) => message.content.plainText ?? '');
  return texts.flatMap(text => text.match(/https:\/\/watcher\.example\.com\/api\/snooze\?t=[\w.-]+/g) ?? []);
}

/** The token of the latest link to an owner. */
export function tokenTo(world: World, owner: string): string {
  const link = linksTo(world, owner).at(-1);
  if (link === undefined) throw new Error(`no mail to ${owner} has a snooze link`);
  return new URL(link).searchParams.get('t') ?? '';
}
