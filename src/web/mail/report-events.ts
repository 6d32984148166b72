/** The events of a delivery as Event Grid posts them, in its own schema or as CloudEvents 1.0: what they say of mails. Pure. */
import * as v from 'valibot';
import { isAddress } from '../../core/address';
import { parseJson } from '../../formats/json';
import type { OperationStatus } from '../../watch/ports';
import type { DeliveryReport } from '../../watch/remind/delivery-reports';

/** Event Grid proves with it that the address wants its events; the answer repeats the code. */
const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';
const REPORT = 'Microsoft.Communication.EmailDeliveryReportReceived';

/** Type and data have the same names in both schemas, but for the first. */
const Event = v.union([
  v.object({ eventType: v.string(), data: v.unknown() }),
  v.pipe(
    v.object({ type: v.string(), data: v.unknown() }),
    v.transform(({ type, data }) => ({ eventType: type, data })),
  ),
]);
const Validation = v.object({ validationCode: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1_024)) });
/** The id of the message is the operation id of its send. */
const Report = v.object({
  recipient: v.pipe(v.string(), v.check(isAddress)),
  messageId: v.pipe(v.string(), v.uuid(), v.toLowerCase()),
  status: v.string(),
});

/**
 * The statuses that are an end (https://learn.microsoft.com/azure/event-grid/communication-services-email-events). `Expanded` is
 * none: the mail to a group goes on to its members. What the receiving server wrote is not kept: it may repeat what we sent.
 */
const ENDS: Readonly<Record<string, OperationStatus>> = {
  Delivered: { status: 'succeeded' },
  Bounced: undelivered('the address, or its domain, does not exist (Bounced): correct the address'),
  Suppressed: undelivered(
    'the mail service no longer sends to this address, because earlier mails bounced (Suppressed): correct the address, or take it off the suppression list',
  ),
  Quarantined: undelivered(
    "the recipient's side put it into quarantine (Quarantined): let mail from the sender's address through there",
  ),
  FilteredSpam: undelivered(
    "the recipient's side refused it as spam (FilteredSpam): let mail from the sender's address through there",
  ),
  Failed: undelivered('the mail service could not deliver it (Failed)'),
};

export type Delivery =
  | { readonly validationCode: string }
  | { readonly events: number; readonly reports: readonly DeliveryReport[] };

/** Undefined for what is not JSON events. An event that is not understood hides no other: the mail's status is read all the same. */
export function parseDelivery(body: string): Delivery | undefined {
  const json = parseJson(body);
  const items: readonly unknown[] = Array.isArray(json) ? json : [json];
  if (!items.every(isObject)) return undefined;
  const events = items.flatMap(item => {
    const parsed = v.safeParse(Event, item);
    return parsed.success ? [parsed.output] : [];
  });
  const validation = events.find(({ eventType }) => eventType === VALIDATION);
  const code = v.safeParse(Validation, validation?.data);
  if (code.success) return code.output;
  return { events: items.length, reports: events.flatMap(reportIn) };
}

function reportIn({ eventType, data }: v.InferOutput<typeof Event>): DeliveryReport[] {
  const parsed = eventType === REPORT ? v.safeParse(Report, data) : undefined;
  if (!parsed?.success) return [];
  const { recipient, messageId, status } = parsed.output;
  const end = Object.hasOwn(ENDS, status) ? ENDS[status] : undefined;
  return end ? [{ recipient, operationId: messageId, end }] : [];
}

function undelivered(message: string): OperationStatus {
  return { status: 'failed', message };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
