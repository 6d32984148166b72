/** The published examples of both services, read as the service would send them; skipped where they are not at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { APP, failureOf, serve, TOKEN, world } from './world';

const SPECS = join(__dirname, '../../../../shared/specs');
const present = existsSync(SPECS);
if (!present) console.info('The published examples are not beside this repository: their tests are skipped.');

const Example = v.object({ responses: v.object({ 200: v.object({ body: v.unknown() }) }) });

function json(name: string): unknown {
  return JSON.parse(readFileSync(join(SPECS, name), 'utf8'));
}

async function answerTo(status: number, body: unknown) {
  const server = await serve((_request, response) => response.writeHead(status).end(JSON.stringify(body)));
  const sources = world({ arm: server.url, iotCentral: server.template });
  const answers = { app: await sources.read(APP), token: await sources.read(TOKEN) };
  await server.close();
  return answers;
}

(present ? describe : describe.skip)('the published example', () => {
  it('of ContainerApps_GetAuthToken is an expiry', async () => {
    const example = v.parse(
      Example,
      json('containerapps/ContainerApps_GetAuthToken.example.2025-01-01.json'),
    );
    const { app } = await answerTo(200, example.responses[200].body);
    expect(app.reading).toEqual({ outcome: 'expires', expiresOn: Date.UTC(2022, 6, 14, 19, 22, 50, 308) });
    expect(JSON.stringify(app)).not.toContain('testToken');
  });

  it.each(['iotcentral/apitoken_get.2022-05-31.json', 'iotcentral/apitoken_create.json'])(
    'of %s is an expiry',
    async name => {
      const { token } = await answerTo(200, v.parse(Example, json(name)).responses[200].body);
      expect(token.reading).toEqual({
        outcome: 'expires',
        expiresOn: Date.UTC(2020, 9, 18, 18, 30, 40, 227),
      });
      expect(JSON.stringify(token)).not.toContain('SharedAccessSignature');
    },
  );

  it('of an IoT Central error gives its code and not its message', async () => {
    const { token } = await answerTo(401, json('iotcentral/error_401_observed.json'));
    expect(failureOf(token.reading).code).toBe('notAllowed');
    expect(failureOf(token.reading).message).toContain('(HTTP 401 Unauthenticated)');
    expect(failureOf(token.reading).message).not.toMatch(/aka\.ms|129yztvc/);
  });
});
