/** Events: what the watcher tells machines about itself, one line of JSON each in its log. Alerts and their documents go by this list. */
import { cut } from '../formats/text';

/** Each event with its fields (docs/operations.md, Events). People have built on these names: none is changed or given another meaning. */
export const EVENTS = {
  /** A scope was swept to its end. */
  sweepFinished: ['scope', 'tick', 'startedBy', 'durationMs', 'targets', 'failing', 'invalid'],
  /** Nothing of a scope can be read; told at each sweep while that lasts. */
  scopeFailing: ['scope', 'since', 'targets', 'refused'],
  /** Reads of one scope that failed in one run of sweepScope for one reason. */
  readFailed: ['scope', 'code', 'reads'],
  /** A mail was accepted. */
  mailSent: ['operation', 'attempt', 'transport', 'reminders'],
  /** A mail was not taken, or did not arrive. */
  mailFailed: ['operation', 'attempt', 'transport', 'reminders', 'outcome', 'cause'],
  /** How long the oldest reminder has waited; told at each run of startSweep. */
  reminderAge: ['oldestMs'],
  /** A sweep message was given up. */
  poison: ['scope'],
} as const;

export type EventName = keyof typeof EVENTS;
type Fields<Name extends EventName> = Readonly<
  Record<(typeof EVENTS)[Name][number], string | number | undefined>
>;

const LONGEST_VALUE = 200;
/** An `@`, also as the codec of the table keys spells it. */
const ADDRESS = /\S+(?:@|~40)\S+/gi;

/** One line that begins with the event's name. A scope is whatever a person wrote as its key, so an address in it is left out. */
export function eventLine<Name extends EventName>(event: Name, fields: Fields<Name>): string {
  return JSON.stringify({ event, ...fields }, (_field, value: unknown) =>
    typeof value === 'string' ? cut(value.replace(ADDRESS, '(address)'), LONGEST_VALUE) : value,
  );
}
