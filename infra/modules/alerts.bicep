// Who is told when the watcher itself stops working, and by what it is seen.

param location string
param tags object
param actionGroupName string

@description('Mail addresses.')
param operators array

param workspaceId string
param insightsId string

@description('Origin of the app.')
param url string

@description('Whether Azure asks the app for its health from five places, every 15 minutes.')
param availabilityTest bool

var testName = 'health-${uniqueString(insightsId)}'

// The lines of the log that are events: docs/operations.md, Events.
var events = 'AppTraces | where Message startswith "{\\"event\\":" | extend Event = parse_json(Message)'

// A function's name is the name of its requests in Application Insights.
var rules = [
  {
    name: 'no-sweep'
    summary: 'The watcher has started no sweep for an hour'
    fix: 'No expiry is read until it runs again. Open the function startSweep of the app and read why its last runs failed.'
    severity: 1
    query: 'AppRequests | where Name == "startSweep" and Success == true | summarize Count = count()'
    window: 'PT1H'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'no-reminders'
    summary: 'The watcher has finished no run of the mails for an hour'
    fix: 'No reminder is sent until it runs again. Open the function sendReminders of the app and read why its last runs failed.'
    severity: 1
    query: 'AppRequests | where Name == "sendReminders" and Success == true | summarize Count = count()'
    window: 'PT1H'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'poison'
    summary: 'The watcher gave up a sweep of a scope'
    fix: 'A message failed five times. Search the traces of the function sweepScope for the scope and the reason.'
    severity: 2
    query: '${events} | where tostring(Event.event) == "poison" | summarize Count = count()'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'scope-failing'
    summary: 'The watcher can read nothing of a scope'
    fix: 'The expiries that it knows still count. Search the traces for the event scopeFailing: it names the scope. The operators have a mail with the reasons.'
    severity: 2
    query: '${events} | where tostring(Event.event) == "scopeFailing" | summarize Count = dcount(tostring(Event.scope))'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    // More than one failure after the last mail that was taken; while mail fails, there is a try at least every hour. What the side
    // of a single recipient puts off does not count.
    name: 'mail-failing'
    summary: 'The watcher sends mails and none is taken'
    fix: 'No reminder is lost, and each is tried again. Open /api/health of the app: it says what is wrong and how to mend it.'
    severity: 1
    query: 'let mails = ${events}; let taken = toscalar(mails | where tostring(Event.event) == "mailSent" | summarize max(TimeGenerated)); mails | where tostring(Event.event) == "mailFailed" and tostring(Event.cause) != "recipient" and TimeGenerated > coalesce(taken, datetime(1970-01-01)) | summarize Count = count()'
    window: 'PT3H'
    operator: 'GreaterThan'
    threshold: 1
  }
  {
    name: 'reminders-wait'
    summary: 'The watcher has a reminder that has waited for more than 6 hours'
    fix: 'Open /api/health of the app: it says what holds up the mails.'
    severity: 1
    query: '${events} | where tostring(Event.event) == "reminderAge" | top 1 by TimeGenerated desc | project Count = tolong(Event.oldestMs) / 3600000.0'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 6
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'expirywatch'
    emailReceivers: [
      for (address, index) in operators: {
        name: 'operator-${index + 1}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'alert-${rule.name}-${uniqueString(workspaceId)}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.summary
      description: rule.fix
      severity: rule.severity
      enabled: true
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      scopes: [workspaceId]
      autoMitigate: true
      // The tables do not exist before the first log line.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Total'
            metricMeasureColumn: 'Count'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [actionGroup.id]
      }
    }
  }
]

resource healthTest 'Microsoft.Insights/webtests@2022-06-15' = if (availabilityTest) {
  name: testName
  location: location
  // Azure shows a test under the component of this tag.
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: testName
    Name: 'The watcher is healthy'
    Enabled: true
    Kind: 'standard'
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    Locations: [
      for place in [
        'emea-nl-ams-azr'
        'emea-gb-db3-azr'
        'us-va-ash-azr'
        'us-ca-sjc-azr'
        'apac-sg-sin-azr'
      ]: {
        Id: place
      }
    ]
    Request: {
      RequestUrl: '${url}/api/health'
      HttpVerb: 'GET'
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

resource unhealthy 'Microsoft.Insights/metricAlerts@2018-03-01' = if (availabilityTest) {
  name: 'alert-unhealthy-${uniqueString(workspaceId)}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Open /api/health of the app: it answers with the reasons.'
    severity: 1
    enabled: true
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    scopes: [healthTest.id, insightsId]
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: healthTest.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}
