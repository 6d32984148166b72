/** The simulated mail services: Communication Services, an SMTP server and Microsoft Graph, with one outbox for the mails of all. */
import { type CommunicationOptions, startSimulatedCommunication } from './communication';
import { type SimulatedGraph, startSimulatedGraph } from './graph';
import { type SimulatedSmtp, startSimulatedSmtp } from './smtp';

export const MAIL_SERVICES = ['acs', 'smtp', 'graph'] as const;
export type MailServiceName = (typeof MAIL_SERVICES)[number];

export const SENDER = 'watcher@example.com';
/** Graph's own beside another service, so that a mail shows which one took it. */
export const GRAPH_SENDER = 'watcher@example.org';

export type MailServices = Awaited<ReturnType<typeof startMailServices>>;

/** Communication Services always runs, since it shows the outbox. The settings name the one service that is asked for, and the fallback. */
export async function startMailServices(
  name: MailServiceName,
  options: CommunicationOptions,
  fallback?: MailServiceName,
) {
  const communication = await startSimulatedCommunication(options);
  const { now } = options;
  const { mailbox } = communication;
  const names = [name, fallback];
  const ofGraph = fallback ? GRAPH_SENDER : SENDER;
  const started: { smtp?: SimulatedSmtp; graph?: SimulatedGraph } = {};
  try {
    if (names.includes('smtp')) started.smtp = await startSimulatedSmtp({ now, mailbox });
    if (names.includes('graph')) started.graph = await startSimulatedGraph({ now, mailbox, sender: ofGraph });
  } catch (error) {
    await communication.close();
    throw error;
  }
  const { smtp, graph } = started;
  const close = async () => {
    await Promise.all([communication.close(), smtp?.close(), graph?.close()]);
  };
  return { communication, smtp, graph, settings: settingsOf(), close };

  /** Environment entries of the app for the services. */
  function settingsOf(): Readonly<Record<string, string>> {
    return {
      ...(smtp && { SMTP_URL: smtp.url, MAIL_SENDER: SENDER }),
      ...(graph && { GRAPH_ENDPOINT: graph.url, GRAPH_MAIL_SENDER: ofGraph }),
      ...(names.includes('acs') && {
        ...acsSettings(communication.url, options.accessKey),
        MAIL_SENDER: SENDER,
      }),
      ...(fallback && { MAIL_FALLBACK: fallback }),
    };
  }
}

function acsSettings(url: string, accessKey: string | undefined): Readonly<Record<string, string>> {
  if (accessKey === undefined) return { COMMUNICATION_ENDPOINT: url };
  return { COMMUNICATION_CONNECTION_STRING: `endpoint=${url}/;accesskey=${accessKey}` };
}
