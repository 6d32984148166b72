/** The only list of mail transports, in the order in which people are told of them, and how one is opened. */
import type { Mailer } from '../../watch/ports';
import { type AcsSettings, acs } from './acs-settings';
import { type GraphSettings, graph } from './graph-settings';
import { type SmtpSettings, smtp } from './smtp-settings';
import type { MailerContext, Transport } from './transport';

export type MailSettings = AcsSettings | SmtpSettings | GraphSettings;

export const transports: readonly Transport<MailSettings>[] = [acs, smtp, graph];

/** Each transport is loaded on first use, because most runs send nothing and no run uses them all. */
export async function openMailer(settings: MailSettings, context: MailerContext): Promise<Mailer> {
  switch (settings.transport) {
    case 'acs':
      return (await import('./acs')).createMailer({ ...context, ...settings });
    case 'smtp':
      return (await import('./smtp')).createMailer({ ...context, ...settings });
    case 'graph':
      return (await import('./graph')).createMailer({ ...context, ...settings });
  }
}
