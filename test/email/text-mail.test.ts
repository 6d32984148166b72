/** One text mail in full, so that a reader sees what a person gets. */
import { renderDigest } from '../../src/email/render';
import { DAY } from '../../src/formats/instant';
import { dated, digest, invalid, NOW } from './digests';

const MAIL = `gateway-prod, 12 January 2027: expires in 6 days. And 1 more.

1 token and 1 registry row need you.
As of 5 Jan 2027, 08:35 UTC. The most urgent comes first.

------------------------------------------------------------------------
1. [EXPIRING] gateway-prod expires in 6 days
IoT Central API token

!  Could not be confirmed since 4 Jan 2027, 08:35 UTC: Azure answered
!  403. The date is the last one known.

Expiry          Tue 12 Jan 2027, 08:30 UTC
How to renew    1. Create a token with a new id.
                   az iot central api-token create --app-id contoso --token-id NEW_ID --role ROLE
                2. Use the new token wherever the old one is used.
                3. Tell the watcher: register the new token, and write
                   its RowKey into replacedBy of the old row
                   (PartitionKey
                   iotCentralToken:contoso.azureiotcentral.com, RowKey
                   gateway-prod).
                4. Delete the old token once nothing uses it.
                   az iot central api-token delete --app-id contoso --token-id gateway-prod
After that      A token with a new id is another token to the watcher,
                and reminders of this one go on until you tell it. Only
                a token that is created anew under the same id is
                noticed by itself as soon as it can read it again.
Runbook         https://wiki.example.com/gateways
Notes           Used by the plant gateways.
                Rotate in the maintenance window.
Token id        gateway-prod
Application     contoso.azureiotcentral.com
                https://contoso.azureiotcentral.com/admin/tokens
Owner           team-a@example.com (you)
Evidence        Last read from Azure on 5 Jan 2027, 08:31 UTC.
Why now         Its 7d threshold was crossed on 5 Jan 2027, 08:30 UTC.

------------------------------------------------------------------------
2. [INVALID ROW] meter-lab: registry row can't be understood
IoT Central API token

Since           Tue 5 Jan 2027, 06:00 UTC
What's wrong    owners: 'bob' is not a mail address
What to do      Correct the row in the registry (PartitionKey
                iotCentralToken:contoso.azureiotcentral.com, RowKey
                meter-lab). Until then the watcher uses only what it
                understands of the row, and that may be nothing.
                There is nothing to acknowledge.
Token id        meter-lab
Application     contoso.azureiotcentral.com
                https://contoso.azureiotcentral.com/admin/tokens
Owner           team-a@example.com (you)
Why now         This is told once, for as long as the row stays like
                this.

------------------------------------------------------------------------
Sent by the expiry watcher.
team-a@example.com gets this mail as an owner of these tokens in the
watcher's registry.
The attached expiries.ics holds the expiries to come, for your calendar.
Days are rounded down; all times are UTC.
`;

test('a mail of one expiry that could not be confirmed and one bad row reads like this', () => {
  const notes = 'Used by the plant gateways.\r\n\r\nRotate in the maintenance window.';
  const extra = { runbook: 'https://wiki.example.com/gateways', notes };
  const unconfirmed = { since: NOW - DAY, message: 'Azure answered 403' };
  const { text } = renderDigest(digest([dated({ unconfirmed, extra }), invalid()]));
  expect(text).toBe(MAIL);
});
