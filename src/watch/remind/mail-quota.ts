/** The mail quota: reserved before each request, durably and across instances, refused requests included (rule 17). */

import { paused, type QuotaLimits, reserve, UNUSED } from '../../core/quota';
import type { Instant } from '../../formats/instant';
import type { MailLedger } from '../ports';

export interface MailQuota {
  /** Reserves one request; false when it has to wait. */
  mayAsk(quota: 'send' | 'look', now: Instant): Promise<boolean>;
  /** The service asked everybody to wait. */
  pause(quota: 'send' | 'look', until: Instant): Promise<void>;
}

/** Status reads have twice the quota of sends, whatever the kind of sender domain (the service's limits, 2025). */
const LOOKS_PER_SEND = 2;
/** Whoever loses so many races leaves the rest to the others. */
const MOST_RACES = 8;

export function mailQuota(ledger: MailLedger, sends: QuotaLimits): MailQuota {
  const limits = {
    send: sends,
    look: { perMinute: sends.perMinute * LOOKS_PER_SEND, perHour: sends.perHour * LOOKS_PER_SEND },
  };
  return {
    async mayAsk(quota, now) {
      for (let race = 0; race < MOST_RACES; race++) {
        const found = await ledger.usage(quota);
        const usage = reserve(found ?? UNUSED, limits[quota], now);
        if (!usage) return false;
        if (await ledger.saveUsage(quota, usage, found?.etag)) return true;
      }
      return false;
    },
    async pause(quota, until) {
      for (let race = 0; race < MOST_RACES; race++) {
        const found = await ledger.usage(quota);
        if (await ledger.saveUsage(quota, paused(found ?? UNUSED, until), found?.etag)) return;
      }
    },
  };
}
