/** The events in a target's history. They are written last, people read them, and no decision depends on them. */
import type { Instant } from '../formats/instant';

export type TargetEvent =
  | {
      readonly type: 'renewed' | 'shortened';
      readonly on: Instant;
      readonly from: Instant;
      readonly to: Instant;
    }
  | { readonly type: EventWithNote; readonly on: Instant; readonly note: string };

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
] as const;
type EventWithNote = (typeof EVENTS_WITH_NOTE)[number];
