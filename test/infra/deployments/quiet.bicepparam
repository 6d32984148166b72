using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'none'
param operators = 'ops@example.com'
param watchedSubscriptions = 'this'
