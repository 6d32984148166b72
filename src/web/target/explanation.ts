/** The answer of `GET targets/{scope}/{name}` in the shape of its schema, with `null` for unknown values. */
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import type { Snooze } from '../../core/snooze';
import { formatThreshold } from '../../core/thresholds';
import type { Told } from '../../core/told';
import type { Watched } from '../../core/watched';
import { formatDuration } from '../../formats/duration';
import { formatInstant, SECOND } from '../../formats/instant';
import type {
  Because,
  Explained,
  ExplainedDecision,
  ExplainedNext,
  ExplainedRecipient,
  ExplainedThreshold,
} from '../../watch/report/explain';
import { parsedColumnsJson } from '../registry/columns';
import { instantOrNull } from '../shape';
import { statusJson } from '../status/body';
import type { TargetBody } from './schema';

type Recipient = TargetBody['recipients'][number];

export function explanationJson({ key, explanation, report, history }: Explained): TargetBody {
  const { asOf, row, state, thresholds, recipients, next } = explanation;
  return {
    asOf: formatInstant(asOf),
    scope: key.scope,
    name: key.name,
    item: statusJson(report).items[0] ?? null,
    row: row ? rowJson(row) : null,
    state: state ? stateJson(state) : null,
    thresholds: thresholds.map(thresholdJson),
    recipients: recipients.map(recipientJson),
    next: nextJson(next),
    history: history.map(eventJson),
  };
}

/** Only the parsed columns: any other column could hold a token. */
function rowJson({ columns, faults, checkEveryMs, mayMint }: Watched) {
  const { owners, thresholds, checkEvery, ...others } = parsedColumnsJson(columns);
  const checkEveryInForce = formatDuration(checkEveryMs);
  return { owners, thresholds, checkEvery, checkEveryInForce, ...others, mayMint, faults };
}

function stateJson(state: Expiry) {
  const { expiresOn, lifetimeMs, failure, recovered, renewed, invalid } = state;
  return {
    firstSeenOn: formatInstant(state.firstSeenOn),
    expiresOn: expiresOn === 'never' ? expiresOn : instantOrNull(expiresOn),
    evidence: state.evidence ?? null,
    lifetimeSeconds: lifetimeMs === undefined ? null : Math.round(lifetimeMs / SECOND),
    readOn: instantOrNull(state.readOn),
    checkedOn: instantOrNull(state.checkedOn),
    failure: failure ? failureJson(failure) : null,
    recovered: recovered ? { since: formatInstant(recovered.since), on: formatInstant(recovered.on) } : null,
    renewed: renewed ? { from: formatInstant(renewed.from), on: formatInstant(renewed.on) } : null,
    invalid: invalid ? { faults: invalid.faults, since: formatInstant(invalid.since) } : null,
    goneSince: instantOrNull(state.goneSince),
    rowLostSince: instantOrNull(state.rowLost?.since),
    snoozes: [...state.snoozes].map(([owner, snooze]) => ({ owner, ...snoozeJson(snooze) })),
  };
}

function failureJson({ code, message, since, count, sameCodeCount }: NonNullable<Expiry['failure']>) {
  return { code, message, since: formatInstant(since), count, alike: sameCodeCount };
}

function thresholdJson({ threshold, from, at, crossed, skipped }: ExplainedThreshold) {
  return {
    threshold: formatThreshold(threshold),
    from,
    at: instantOrNull(at),
    crossed,
    skipped: skipped ? becauseJson(skipped) : null,
  };
}

function recipientJson({ address, role, snooze, told, decisions }: ExplainedRecipient) {
  return {
    address,
    role,
    snooze: snooze ? { ...snoozeJson(snooze), holds: snooze.holds } : null,
    told: told.map(toldJson),
    decisions: decisions.map(decisionJson),
  };
}

function toldJson({ reason, about, crossedOn, on, operationId, outcome, why, meantFor }: Told) {
  return {
    reason,
    about: formatInstant(about),
    crossedOn: formatInstant(crossedOn),
    on: formatInstant(on),
    operationId,
    outcome,
    ...(why !== undefined && { why }),
    ...(meantFor !== undefined && { meantFor }),
  };
}

function decisionJson(decision: ExplainedDecision): Recipient['decisions'][number] {
  const { topic, why } = decision;
  if (!decision.due) return { topic, due: false, code: decision.code, why };
  const { reason, about, crossedOn, since } = decision.reminder;
  const instants = {
    about: formatInstant(about),
    crossedOn: formatInstant(crossedOn),
    since: formatInstant(since),
  };
  return { topic, due: true, code: decision.code, why, reason, ...instants };
}

function nextJson({ check, crossing, mail, silence }: ExplainedNext) {
  return {
    check: check ? { on: formatInstant(check.on), ...becauseJson(check.because) } : null,
    crossing: crossing
      ? { threshold: formatThreshold(crossing.threshold), at: formatInstant(crossing.at) }
      : null,
    mail: mail
      ? { at: formatInstant(mail.at), lines: mail.lines.map(({ owner, reason }) => ({ owner, reason })) }
      : null,
    silence: silence ? becauseJson(silence) : null,
  };
}

function becauseJson<Code extends string>({ code, why }: Because<Code>) {
  return { code, why };
}

function eventJson(event: TargetEvent): TargetBody['history'][number] {
  const on = formatInstant(event.on);
  if ('note' in event) return { type: event.type, on, note: event.note };
  return { type: event.type, on, from: formatInstant(event.from), to: formatInstant(event.to) };
}

function snoozeJson({ about, until, reason, on }: Snooze) {
  return { about: instantOrNull(about), until: formatInstant(until), reason, on: formatInstant(on) };
}
