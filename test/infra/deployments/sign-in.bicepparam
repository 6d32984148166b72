using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'none'
param operators = 'ops@example.com'
param watchedSubscriptions = 'none'
param signInClientId = '66666666-6666-6666-6666-666666666666'
