/** One word and one colour for each state of a target: lists, charts, pages and mails all take them from here. */
import type { Check, Standing } from './standing';

/** The name of a colour; each channel has its own shades of it. */
export type Tone = 'red' | 'amber' | 'green' | 'grey';

export interface StateWords {
  readonly label: string;
  readonly tone: Tone;
}

/** The worst first. */
export const STANDING_WORDS: Readonly<Record<Standing, StateWords>> = {
  expired: { label: 'Expired', tone: 'red' },
  expiring: { label: 'Expiring', tone: 'amber' },
  unknown: { label: 'Unknown', tone: 'grey' },
  healthy: { label: 'Healthy', tone: 'green' },
};

export const CHECK_WORDS: Readonly<Record<Check, StateWords>> = {
  ok: { label: 'OK', tone: 'green' },
  failing: { label: 'Failing', tone: 'red' },
  invalid: { label: 'Invalid row', tone: 'red' },
  pending: { label: 'Not read yet', tone: 'grey' },
  notVerified: { label: 'Replaced, not verified', tone: 'amber' },
};

/** On a light and on a dark ground: each has a contrast of 4.5:1 there, and as the ground of a badge. */
export const SHADES: Readonly<Record<Tone, { readonly light: string; readonly dark: string }>> = {
  red: { light: '#c4281c', dark: '#ff9085' },
  amber: { light: '#a85b00', dark: '#ffb85c' },
  green: { light: '#14532b', dark: '#a9e5bf' },
  grey: { light: '#5b6470', dark: '#a4adb7' },
};
