/** One text mail in full, so that a reader sees what a person gets. */
import { renderDigest } from '../../src/email/render';
import { DAY } from '../../src/formats/instant';
import { dated, digest, invalid, NOW } from './digests';

const MAIL = `1 token and 1 registry row need you.
As of 2027-01-05 08:35 UTC. The most urgent comes first.

------------------------------------------------------------------------
1. [SOON] gateway-prod expires in 7 days
IoT Central API token

!  Could not be confirmed since 2027-01-04 08:35 UTC: Azure answered
!  403. The date is the last one known.

Expiry        Tue 2027-01-12 08:30 UTC
What to do    Create a new API token with the same role in IoT Central
              (Permissions, API tokens), put it where this one is used,
              then delete this one.
              The watcher does not notice the new one by itself:
              reminders of this one go on until it is closed. To close
              it, write the RowKey of the new one into replacedBy of its
              row (PartitionKey
              iotCentralToken:contoso.azureiotcentral.com, RowKey
              gateway-prod).
Runbook       https://wiki.example.com/gateways
Where         application contoso.azureiotcentral.com, token
              gateway-prod
              https://contoso.azureiotcentral.com/admin/tokens
Evidence      Last read from Azure on 2027-01-05 08:31 UTC.
Why now       Its 7d threshold was crossed on 2027-01-05 08:30 UTC.
Notes         Used by the plant gateways.
              Rotate in the maintenance window.

------------------------------------------------------------------------
2. [ROW TO FIX] meter-lab: registry row can't be understood
IoT Central API token

Since         Tue 2027-01-05 06:00 UTC
What's wrong  owners: 'bob' is not a mail address
What to do    Correct the row in the registry (PartitionKey
              iotCentralToken:contoso.azureiotcentral.com, RowKey
              meter-lab). Until then the watcher uses only what it
              understands of the row, and that may be nothing.
              There is nothing to acknowledge.
Where         application contoso.azureiotcentral.com, token meter-lab
              https://contoso.azureiotcentral.com/admin/tokens
Why now       This is told once, for as long as the row stays like this.

------------------------------------------------------------------------
Sent by the expiry watcher.
team-a@example.com gets this mail as an owner of these tokens in the
watcher's registry, or as one of its operators.
The attached expiries.ics holds the expiries to come, for your calendar.
Days are rounded up; all times are UTC.
`;

test('a mail of one expiry that could not be confirmed and one bad row reads like this', () => {
  const notes = 'Used by the plant gateways.\r\n\r\nRotate in the maintenance window.';
  const extra = { runbook: 'https://wiki.example.com/gateways', notes };
  const unconfirmed = { since: NOW - DAY, message: 'Azure answered 403' };
  const { text } = renderDigest(digest([dated({ unconfirmed, extra }), invalid()]));
  expect(text).toBe(MAIL);
});
