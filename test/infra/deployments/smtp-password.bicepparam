using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'smtp'
param operators = 'ops@example.com'
param watchedSubscriptions = 'none'
param mailSender = 'watcher@example.com'
param smtpHost = 'smtp.example.com'
param smtpUser = 'watcher'
param smtpPassword = readEnvironmentVariable('TEST_SMTP_PASSWORD', 'an example')
