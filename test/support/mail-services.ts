/** The three transports, each with its simulated service, as a test of mail opens them. */
import type { Mail } from '../../local/simulated';
import {
  type MailServiceName,
  type MailServices,
  startMailServices,
} from '../../local/simulated/mail-services';
import { openMailer, transports } from '../../src/email/transports';
import type { MailerContext } from '../../src/email/transports/transport';
import { parseSettings } from '../../src/settings';
import { kinds, services } from '../../src/sources';
import type { Mailer } from '../../src/watch/ports';
import { NOW } from '../email/digests';

export interface MailBench {
  readonly services: MailServices;
  readonly mailer: Mailer;
  mails(): readonly Mail[];
}

/** Nobody may ask it: the simulated services take no sign-in. */
export const NO_IDENTITY = {
  getToken: () => {
    throw new Error('no identity may be asked');
  },
};

/** Opened as the app opens it: from the environment. */
export async function openBench(
  name: MailServiceName,
  context: Partial<MailerContext> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<MailBench> {
  const opened = await startMailServices(name, { now: () => NOW });
  const all = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...opened.settings, ...env };
  const { first, replyTo } = parseSettings(all, kinds, services, transports).mailTransports;
  if (!first) throw new Error('no mail service is set');
  const mailer = await openMailer(first, {
    credential: NO_IDENTITY,
    timeoutMs: 5_000,
    replyTo,
    ...context,
  });
  return { services: opened, mailer, mails: () => opened.communication.mails };
}
