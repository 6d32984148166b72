/** `POST mail/reports`: where Event Grid posts the delivery reports of Communication Services, and proves that they are wanted. */
import * as v from 'valibot';
import { type BodyRule, readContent } from '../content';
import { jsonOf, problem } from '../problem';
import { NO_QUERY } from '../query';
import { type Route, strict } from '../route';
import { described, Integer } from '../shape';
import { parseDelivery } from './report-events';

/** Event Grid posts at most 1 MB, in batches too. */
const EVENTS: BodyRule = {
  types: ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'],
  mostBytes: 2 * 1_024 * 1_024,
};
/** Event Grid tries again by itself, first after 10 s. */
const RETRY_AFTER = { 'retry-after': '10' };

const Count = v.pipe(Integer, v.minValue(0));
const ReportsBody = v.object({
  events: described(Count, 'How many were posted.'),
  settled: described(Count, 'How many ended the following of a mail. All others are about none.'),
});
const ValidationBody = v.object({
  validationResponse: described(v.string(), 'The `validationCode` of the event.'),
});
const AnswerBody = v.union([ReportsBody, ValidationBody]);
const ANSWER = jsonOf(AnswerBody);

export const mailReports: Route = {
  name: 'mailReports',
  path: 'mail/reports',
  components: { ReportsAnswer: AnswerBody },
  methods: {
    POST: strict({
      tag: 'For programs',
      summary: 'Delivery reports of mails',
      description:
        'For an Event Grid subscription of Communication Services, in its schema or as CloudEvents. Events that are not understood, or about other mails, are taken and change nothing.',
      query: NO_QUERY,
      body: Object.fromEntries(EVENTS.types.map(type => [type, 'text'])),
      responses: { 200: { is: 'Taken; or the answer to the handshake.', content: ANSWER.content } },
      problems: ['bad-body', 'too-large', 'wrong-content-type', 'too-early'],
      handler: async call => {
        const content = await readContent(call, EVENTS);
        if ('refusal' in content) return content.refusal;
        const delivery = parseDelivery(content.text);
        if (!delivery) return problem('bad-body', 'Send one event, or an array of events, as JSON.');
        if ('validationCode' in delivery) {
          await call.app().takeReports([], call.log);
          return ANSWER.answer(200, { validationResponse: delivery.validationCode });
        }
        const { settled, early } = await call.app().takeReports(delivery.reports, call.log);
        if (early === 0) return ANSWER.answer(200, { events: delivery.events, settled });
        const detail = 'A report is about a mail that is still being recorded as accepted; send it again.';
        return problem('too-early', detail, {}, RETRY_AFTER);
      },
    }),
  },
};
