/** The snooze links in an owner's mails, the token of the latest one, and what a person does with it in two steps. */
import type { LinkResult } from '../../src/watch/snooze/link-answers';
import type { World } from './world';

export const LINKED = {
  PUBLIC_URL: 'https://watcher.example.com',
  LINK_SECRET: '4f2a9c1e7b634d0a9e85c1d7f3a6b240',
};

/** The snooze links of the mails to an owner, oldest first. */
export function linksTo(world: World, owner: string): string[] {
  const texts = world.mailsTo(owner).map(({ message }) => message.content.plainText ?? '');
  return texts.flatMap(
    text => text.match(/https:\/\/watcher\.example\.com\/api\/snooze\?t=[\w.-]+(?=\n)/g) ?? [],
  );
}

/** The token of the latest link to an owner. */
export function tokenTo(world: World, owner: string): string {
  const link = linksTo(world, owner).at(-1);
  if (link === undefined) throw new Error(`no mail to ${owner} has a snooze link`);
  return new URL(link).searchParams.get('t') ?? '';
}

/** "I replaced it", as on the page: the new one is read, and what was read is confirmed. */
export async function replaceBy(world: World, token: string, newId: string): Promise<LinkResult> {
  const asked = await world.app().followLink(token, { act: 'replace', newId }, world.log);
  if (!('proposed' in asked)) return asked;
  const { name, proof } = asked.proposed;
  return await world.app().followLink(token, { act: 'confirm', name, proof }, world.log);
}
