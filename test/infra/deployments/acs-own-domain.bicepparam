using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'acs'
param operators = 'ops@example.com'
param watchedSubscriptions = 'none'
param mailSender = 'watcher@example.com'
param emailDomainId = '/subscriptions/55555555-5555-5555-5555-555555555555/resourceGroups/mail/providers/Microsoft.Communication/emailServices/ours/domains/example.com'
