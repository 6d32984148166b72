using '../../../infra/main.bicep'

param environmentName = 'test'
param location = 'westeurope'
param mailTransport = 'smtp'
param operators = 'ops@example.com'
param watchedSubscriptions = 'none'
param mailSender = 'watcher@example.com'
param smtpHost = 'smtp.office365.com'
param smtpPort = 587
param smtpUser = 'watcher@example.com'
param smtpSignIn = 'identity'
