/** The mail tally: counts what becomes of mails, durably and across instances, and never at a mail's cost. */
import { MAIL_OUTCOMES, type MailOutcome, type MailTotals, NO_MAILS } from '../../core/mail-outcome';
import type { Log, MailLedger } from '../ports';

export interface MailTally {
  /** Kept in mind until it is written. */
  count(outcome: MailOutcome): void;
  /** Writes what is counted and not yet written, if anything; what can't be written now is with the next. Never throws. */
  write(log: Log): Promise<void>;
}

/** Whoever loses so many races counts on with the next write. */
const MOST_RACES = 8;

/**
 * Each fate is counted by the one sender whose write on the outbox made it so, and written at the end of its run: one read
 * and one write however many mails there were. A process that dies between the two leaves what it had not written yet
 * uncounted, which is one digest where it sent one; nothing is counted again by who takes up its work. Only a write that
 * went through unanswered can be counted twice.
 */
export function mailTally(ledger: Pick<MailLedger, 'totals' | 'saveTotals'>): MailTally {
  let pending = NO_MAILS;
  return {
    count(outcome) {
      pending = { ...pending, [outcome]: pending[outcome] + 1 };
    },
    async write(log) {
      const counted = pending;
      if (MAIL_OUTCOMES.every(outcome => counted[outcome] === 0)) return;
      pending = NO_MAILS;
      try {
        if (await add(ledger, counted)) return;
        log.warn('Mails are not counted yet: other instances were faster.');
      } catch (error) {
        // Whatever it is, no mail may fail for want of its count.
        log.warn(`Mails are not counted yet: ${error}`);
      }
      pending = sum(pending, counted);
    },
  };
}

async function add(ledger: Pick<MailLedger, 'totals' | 'saveTotals'>, counted: MailTotals): Promise<boolean> {
  for (let race = 0; race < MOST_RACES; race++) {
    const found = await ledger.totals();
    if (await ledger.saveTotals(sum(found ?? NO_MAILS, counted), found?.etag)) return true;
  }
  return false;
}

function sum(a: MailTotals, b: MailTotals): MailTotals {
  return {
    accepted: a.accepted + b.accepted,
    refused: a.refused + b.refused,
    givenUp: a.givenUp + b.givenUp,
    delivered: a.delivered + b.delivered,
    undelivered: a.undelivered + b.undelivered,
    unknown: a.unknown + b.unknown,
  };
}
