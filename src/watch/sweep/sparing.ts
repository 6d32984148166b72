/** Derived tables in a sweep: one that takes no writes is not asked again and again, because each try can take many seconds. */
import type { Calendar, History, Tables } from '../ports';

/** The same tables for one sweep: after a refusal of everything, calendar and history are left alone. */
export function sparing<T extends Pick<Tables, 'calendar' | 'history'>>(tables: T): T {
  return { ...tables, calendar: sparingCalendar(tables.calendar), history: sparingHistory(tables.history) };
}

function sparingCalendar(calendar: Calendar): Calendar {
  let isAway = false;
  return {
    ...calendar,
    async write(entries, gone) {
      const keys = new Set([...entries.map(({ key }) => key), ...gone]);
      if (isAway) return keys;
      const refused = await calendar.write(entries, gone);
      // Of a few rows, each can be at fault itself.
      isAway = refused.size > 0 && refused.size === keys.size && (await calendar.refusal()) !== undefined;
      return refused;
    },
  };
}

function sparingHistory(history: History): History {
  let isAway = false;
  return {
    ...history,
    async add(events) {
      if (isAway) return events.length === 0;
      const isWritten = await history.add(events);
      isAway = !isWritten && (await history.refusal()) !== undefined;
      return isWritten;
    },
  };
}
