/** Keeps the mails of the outbox in a file, so that a person still finds them after a restart. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../../src/formats/json';
import { EmailMessage } from './email-message';
import type { KeptMails, Mail } from './mailbox';

const text = v.string();
const KeptMail = v.object({
  operationId: text,
  at: v.number(),
  message: EmailMessage,
  to: v.array(text),
  failure: v.optional(v.object({ code: text, message: text })),
  raw: v.optional(text),
});

/** One line of JSON for each mail. */
export function keptMails(file: string): KeptMails {
  return {
    earlier: existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(mailIn) : [],
    keep({ raw, ...mail }) {
      mkdirSync(dirname(file), { recursive: true });
      // The line break comes first, so that a line which an earlier process did not finish spoils only itself.
      appendFileSync(file, `\n${JSON.stringify({ ...mail, raw: raw?.toString('base64') })}`);
    },
  };
}

function mailIn(line: string): Omit<Mail, 'number'>[] {
  const parsed = v.safeParse(KeptMail, parseJson(line));
  if (!parsed.success) return [];
  const { raw, failure, ...mail } = parsed.output;
  return [{ ...mail, failure, ...(raw !== undefined && { raw: Buffer.from(raw, 'base64') }) }];
}
