using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'acs'
param operators = 'ops@example.com, second@example.com;third@example.com'
param watchedSubscriptions = '77777777-7777-7777-7777-777777777777 ABCDEF88-8888-8888-8888-888888888888 abcdef88-8888-8888-8888-888888888888,this;77777777-7777-7777-7777-777777777777'
param mailTo = 'operators'
param registryEditorId = '99999999-9999-9999-9999-999999999999'
param registryEditorType = 'Group'
param networkIsolation = true
param zoneRedundant = true
param signInClientId = '66666666-6666-6666-6666-666666666666'
param availabilityTest = true
param sweepSchedule = '0 */10 * * * *'
param remindSchedule = '0 */15 * * * *'
param ping = true
param pingUrl = 'https://hc-ping.com/4f2a9c1e-7b63-4d0a-9e85-c1d7f3a6b240'
param instanceMemoryMB = 512
param maximumInstanceCount = 100
param settings = {
  HISTORY_DAYS: '100'
  PUBLIC_URL: 'https://watcher.example.com'
}
