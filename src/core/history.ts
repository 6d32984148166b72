/** The events in a target's history. They are written last, people read them, and no decision depends on them. */
import type { Instant } from '../formats/instant';
import { cut, oneLine } from '../formats/text';
import type { Columns } from './row';

export type TargetEvent =
  | {
      readonly type: 'renewed' | 'shortened';
      readonly on: Instant;
      readonly from: Instant;
      readonly to: Instant;
    }
  | {
      readonly type: EventWithNote;
      readonly on: Instant;
      readonly note: string;
      /** What the columns that a person changed held before, so that it can be undone: kept for a week. */
      readonly before?: Partial<Columns>;
    };

export const EVENTS_WITH_NOTE = [
  'firstSeen',
  'failing',
  'missing',
  'recovered',
  'lifetimeChanged',
  'invalid',
  'told',
  'refused',
  'undelivered',
  'dropped',
  'snoozed',
  'unsnoozed',
  'replaced',
  'replaces',
  'watchedAgain',
  'gone',
  'rowLost',
  'returned',
  'added',
  'edited',
  'paused',
  'resumed',
  'removed',
] as const;
type EventWithNote = (typeof EVENTS_WITH_NOTE)[number];

/** Who changed a row, and where. */
export interface Actor {
  /** The signed-in person, where the platform vouches for the name. */
  readonly by?: string | undefined;
  readonly at: 'dashboard' | 'api';
}

const PLACES: Readonly<Record<Actor['at'], string>> = { dashboard: 'in the dashboard', api: 'by the API' };
const LONGEST_NAME = 200;

/** `by ada@example.com`; where nobody is known, `in the dashboard` or `by the API`. */
export function actorWords(actor: Actor, verb = 'by'): string {
  const name = cut(oneLine(actor.by), LONGEST_NAME);
  return name === '' ? PLACES[actor.at] : `${verb} ${name}`;
}
