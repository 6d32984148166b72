/** A reminder's way to its owner by each transport, and what becomes of it when the answer to a mail is lost. */
import { MAIL_SERVICES } from '../../local/simulated/mail-services';
import { MINUTE } from '../../src/formats/instant';
import { useWorld, type World } from '../support/world';

const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';
const ADA = 'ada@example.com';

async function registerOne({ azure, clock, register }: World): Promise<void> {
  azure.iotCentral.token('contoso.azureiotcentral.com', 'gateway').expires(clock.now() + 86_400_000);
  await register(SCOPE, 'gateway', { owners: ADA });
}
const toldOf = async ({ tables }: World) =>
  (await tables.expiries.row({ scope: SCOPE, name: 'gateway' }))?.told
    .get(ADA)
    ?.map(({ outcome }) => outcome);

describe.each(MAIL_SERVICES)('by %s', mail => {
  const world = useWorld({ mail });

  test('an owner is told once, and told is recorded', async () => {
    await registerOne(world());
    await world().tick();
    expect(world().mails()).toEqual([expect.stringMatching(/^ada@example\.com: gateway expires/)]);
    world().clock.pass(10 * MINUTE);
    await world().tick();
    expect(world().mails()).toHaveLength(1);
    expect((await toldOf(world()))?.[0]).not.toBe('refused');
  });

  test('a run leaves no connection behind', async () => {
    await registerOne(world());
    await world().tick();
    // The server sees the end a little later than the client. It would never see it, if the client kept the connection.
    while (world().azure.smtp?.connections()) await new Promise(setImmediate);
    expect(world().mails()).toHaveLength(1);
  });
});

describe.each(['smtp', 'graph'] as const)('by %s, where the answer to a mail is lost', mail => {
  const world = useWorld({ mail });

  test('the mail is repeated once, under the same Message-ID', async () => {
    const { smtp, graph } = world().azure;
    await registerOne(world());
    void smtp?.fails('content', { fault: 'drop', accepts: true });
    graph?.acceptsThen({ fault: 'reset' });
    await world().tick();
    expect([world().mails().length, await toldOf(world())]).toEqual([1, undefined]);
    for (let run = 0; run < 6; run += 1) {
      world().clock.pass(5 * MINUTE);
      await world().tick();
    }
    const ids = world().azure.communication.mails.map(({ message }) => message.headers['Message-ID']);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(await toldOf(world())).toEqual(['accepted']);
  });
});
