using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'acs'
param operators = 'ops@example.com'
param watchedSubscriptions = 'this'
