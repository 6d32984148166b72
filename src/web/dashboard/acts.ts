/** Does what a form of a target's page asks, by the use cases of the registry API, and says what came of it. */
import type { Actor } from '../../core/history';
import { byColumn, type Columns, takenOver } from '../../core/row';
import { LONGEST_REASON, MOST_SNOOZE_DAYS } from '../../core/snooze';
import { oneLine } from '../../formats/text';
import { holdsTokenValue } from '../../formats/token-value';
import type { Fault } from '../problem';
import { faultOf } from '../registry/body';
import type { Call } from '../route';
import { type FormOutcome, outcomeOfCheck } from './banner';
import type { Changed } from './done';
import { asTyped, edited, type Given, type TargetForm, type Typed } from './target-form';

const OVERTAKEN: FormOutcome = { is: 'overtaken' };

export async function perform(form: TargetForm, call: Call): Promise<FormOutcome> {
  const { key, app, log } = call;
  switch (form.act) {
    case 'check':
      return outcomeOfCheck(await app().checkNow(key, log));
    case 'edit':
      return await saveTyped(form.typed, call);
    case 'undo':
      return await undo(form, call);
    case 'pause':
      return await change(form.given, { enabled: 'false' }, 'paused', call);
    case 'resume':
      return await change(form.given, { enabled: 'true' }, 'resumed', call);
    case 'watchAgain':
      return await change(form.given, { replacedBy: '' }, 'watchedAgain', call);
    case 'remove':
      return await remove(form.given, call);
    case 'replace':
      return await propose(form.given, call);
    case 'confirm':
      return await replace(form.given, call);
    case 'snooze':
      return await snooze(form.given, call);
    case 'unsnooze': {
      const { owner = '' } = form.given;
      const result = await app().unsnoozeFor(key, owner, actorOf(call));
      return 'fault' in result ? notSnoozed(form.given, 'owner', result.fault) : { is: 'unsnoozed' };
    }
  }
}

export function actorOf({ by }: Pick<Call, 'by'>): Actor {
  return { by, at: 'dashboard' };
}

async function saveTyped(typed: Typed, call: Call): Promise<FormOutcome> {
  const row = await call.app().findRow(call.key);
  if (row?.tag !== typed.tag) return { is: 'changed', returned: { typed, faults: [] } };
  const outcome = await put(edited(typed, row.columns), typed, 'saved', call);
  return outcome.is === 'overtaken' ? { is: 'changed', returned: { typed, faults: [] } } : outcome;
}

/** Changes some columns of the row that the person looked at. */
async function change(
  { tag }: Given,
  columns: Partial<Columns>,
  done: Changed,
  call: Call,
): Promise<FormOutcome> {
  const row = await call.app().findRow(call.key);
  if (!row || row.tag !== tag) return OVERTAKEN;
  const wanted = { ...row.columns, ...columns };
  return await put(wanted, asTyped({ columns: wanted, tag }), done, call);
}

async function put(wanted: Columns, typed: Typed, done: Changed, call: Call): Promise<FormOutcome> {
  // Without a tag there was no row.
  const condition = typed.tag === '' ? { ifNoneMatch: '*' as const } : { ifMatch: [typed.tag] };
  const result = await call.app().putRow(call.key, { columns: wanted, faults: [] }, condition, actorOf(call));
  if (result.outcome === 'refused')
    return { is: 'refused', returned: { typed, faults: result.faults.map(faultOf) } };
  // Another writer may have changed the row since it was read above.
  if (result.outcome === 'conditionFailed' || result.outcome === 'contended') return OVERTAKEN;
  return { is: done };
}

async function undo(
  { tag, columns }: Extract<TargetForm, { act: 'undo' }>,
  call: Call,
): Promise<FormOutcome> {
  if (tag !== '') return await change({ tag }, columns, 'undone', call);
  if (await call.app().findRow(call.key)) return OVERTAKEN;
  const whole = byColumn<Columns>(name => columns[name] ?? '');
  return await put(whole, asTyped({ columns: whole, tag }), 'undone', call);
}

async function remove({ tag = '' }: Given, call: Call): Promise<FormOutcome> {
  const result = await call.app().removeRow(call.key, { ifMatch: [tag] }, actorOf(call));
  return result === 'removed' ? { is: 'removed' } : OVERTAKEN;
}

/** Reads the new one, and asks. */
async function propose(given: Given, { key, app, log }: Call): Promise<FormOutcome> {
  const { tag = '', newId = '' } = given;
  if (oneLine(newId) === '') return notReplaced(given, 'write the id of the new one');
  const read = await app().readReplacement(key, oneLine(newId), log);
  if ('fault' in read) return notReplaced(given, read.fault, read.retryAfterMs);
  return { is: 'proposed', tag, ...read };
}

/** The new row is written first: a crash between the two writes leaves both targets watched. */
async function replace({ tag, name = '' }: Given, call: Call): Promise<FormOutcome> {
  const { key, app } = call;
  const row = await app().findRow(key);
  if (!row || row.tag !== tag) return OVERTAKEN;
  const taken = takenOver(row.columns);
  const columns = byColumn<Columns>(column => taken[column] ?? '');
  const successor = { scope: key.scope, name };
  // Not where it is registered already.
  const added = await app().putRow(successor, { columns, faults: [] }, { ifNoneMatch: '*' }, actorOf(call));
  if (added.outcome === 'refused') return notReplaced({ newId: name }, added.faults.join('; '));
  if (added.outcome === 'contended') return OVERTAKEN;
  return await change({ tag }, { replacedBy: name }, 'replaced', call);
}

async function snooze(given: Given, call: Call): Promise<FormOutcome> {
  const { owner = '', days = '', reason } = given;
  const count = /^\d{1,2}$/.test(days.trim()) ? Number(days) : 0;
  const why = oneLine(reason);
  const faults: Fault[] = [];
  if (count < 1 || count > MOST_SNOOZE_DAYS)
    faults.push({ parameter: 'days', detail: `write 1 to ${MOST_SNOOZE_DAYS} whole days` });
  if (why === '') faults.push({ parameter: 'reason', detail: 'say why, in a few words' });
  if (why.length > LONGEST_REASON)
    faults.push({ parameter: 'reason', detail: `say it in at most ${LONGEST_REASON} characters` });
  if (holdsTokenValue(why))
    faults.push({ parameter: 'reason', detail: 'take the value of the token out: it must not be kept here' });
  if (faults.length > 0) return { is: 'faulty', act: 'snooze', given, faults };
  const result = await call.app().snoozeFor(call.key, { owner, days: count, reason: why }, actorOf(call));
  return 'fault' in result ? notSnoozed(given, result.of, result.fault) : { is: 'snoozed' };
}

function notSnoozed(given: Given, parameter: string, detail: string): FormOutcome {
  return { is: 'faulty', act: 'snooze', given, faults: [{ parameter, detail }] };
}

function notReplaced(given: Given, detail: string, retryAfterMs?: number): FormOutcome {
  return { is: 'faulty', act: 'replace', given, faults: [{ parameter: 'newId', detail }], retryAfterMs };
}
