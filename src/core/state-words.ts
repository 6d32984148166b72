/** The words and colours of a target's state: the same in lists, pages and mails. */
import type { Check, Standing } from './standing';

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  expired: 'Expired',
  expiring: 'Expiring',
  unknown: 'Unknown',
  healthy: 'Healthy',
};

export const CHECK_WORDS: Readonly<Record<Check, string>> = {
  ok: 'OK',
  failing: 'Reads fail',
  invalid: 'Invalid row',
  pending: 'Not read yet',
  notVerified: 'Replaced, not verified',
};

/** On a light and on a dark ground: each has a contrast of 4.5:1 there, and as the ground of a badge. */
export const STANDING_COLOURS: Readonly<Record<Standing, { readonly light: string; readonly dark: string }>> =
  {
    expired: { light: '#c4281c', dark: '#ff9085' },
    expiring: { light: '#a85b00', dark: '#ffb85c' },
    unknown: { light: '#5b6470', dark: '#a4adb7' },
    healthy: { light: '#14532b', dark: '#a9e5bf' },
  };
