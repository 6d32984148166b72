using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'graph'
param operators = 'ops@example.com'
param watchedSubscriptions = 'none'
param mailSender = 'watcher@example.com'
