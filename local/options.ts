/** The command line of `npm start`: what it takes, and one sentence for what it does not. */
import { parseArgs } from 'node:util';
import { MAIL_SERVICES, type MailServiceName } from './simulated/mail-services';

export const USAGE = `npm start -- [--fresh] [--live [--test-mail]] [--registry file.csv] [--mail acs] [--days 30] [--port 7071] [--verbose]
  --fresh      forget what earlier runs recorded
  --live       watch real tokens with your own Azure sign-in; tables and mails stay on this machine
  --test-mail  with --live: send one test mail to the operators by your own settings, print the answer and end
  --registry   load registry rows from a CSV file (scope,name,owners,...)
  --mail       how mails leave: acs, smtp or graph; each to the outbox on this machine
  --days       let so many days pass on the simulated fleet, one by one: tokens expire, are renewed and replaced
  --port       the port of the HTTP functions; without it 7071, or a free one, and the same again at the next start
  --verbose    print each line that the functions log, not only one for each sweep
  --help       print this`;

const MOST_DAYS = 400;

const OPTIONS = {
  fresh: { type: 'boolean', default: false },
  live: { type: 'boolean', default: false },
  'test-mail': { type: 'boolean', default: false },
  registry: { type: 'string' },
  mail: { type: 'string', default: 'acs' },
  days: { type: 'string', default: '0' },
  port: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
const NAMES = Object.keys(OPTIONS)
  .map(name => `--${name}`)
  .join(', ');

const WITH_VALUE: Readonly<Record<string, string>> = {
  registry: '--registry needs the path of a CSV file, such as --registry targets.csv.',
  mail: `--mail needs one of ${MAIL_SERVICES.join(', ')}.`,
  days: `--days needs a number from 1 to ${MOST_DAYS}, such as --days 30.`,
  port: '--port needs a number from 0 to 65535, such as --port 7071.',
};

export interface StartOptions {
  readonly fresh: boolean;
  readonly live: boolean;
  readonly testMail: boolean;
  readonly registry?: string;
  readonly mail: MailServiceName;
  /** How many days pass before the watch goes on. */
  readonly days: number;
  /** Absent: any. */
  readonly port?: number;
  readonly verbose: boolean;
  readonly help: boolean;
}

/** Returns a sentence if the arguments are wrong. */
export function parseOptions(args: readonly string[]): StartOptions | string {
  const fault = faultIn(args);
  if (fault !== undefined) return fault;
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { port, days, mail: name, 'test-mail': testMail, ...rest } = values;
  if (testMail && !rest.live) return '--test-mail needs --live: it proves your own mail settings.';
  if (port !== undefined && !isWithin(port, 65_535)) return `'${port}' is not a port: ${WITH_VALUE.port}`;
  if (!isWithin(days, MOST_DAYS)) return `'${days}' is no number of days: ${WITH_VALUE.days}`;
  if (rest.live && days !== '0')
    return '--days works on the simulated fleet only: leave out --live, or --days.';
  const mail = MAIL_SERVICES.find(service => service === name);
  if (mail === undefined) return `'${name}' is no way to send mail: ${WITH_VALUE.mail}`;
  return { ...rest, testMail, mail, days: Number(days), ...(port !== undefined && { port: Number(port) }) };
}

function isWithin(text: string, most: number): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= most;
}

/** The own messages of `parseArgs` have several sentences and advise what makes no sense here. */
function faultIn(args: readonly string[]): string | undefined {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') return `'${token.value}' is not an option: the options are ${NAMES}.`;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(OPTIONS, name) || !rawName.startsWith('--'))
      return `${rawName} is not an option: the options are ${NAMES}.`;
    const needed = WITH_VALUE[name];
    if (needed === undefined && value !== undefined)
      return `--${name} takes no value: write --${name} alone, or leave it out.`;
    // `--registry --live`: the value was forgotten. A file of such a name is written --registry=--live.
    const isForgotten = !value || (!inlineValue && value.startsWith('-'));
    if (needed !== undefined && isForgotten) return needed;
  }
  return undefined;
}
