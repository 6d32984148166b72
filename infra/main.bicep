// The watcher and all that it needs, in one resource group; and its role in each subscription that it watches.

targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment. It is part of the names of resources.')
param environmentName string

@minLength(1)
@description('Region of all resources. It must offer the Flex Consumption plan.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@allowed(['graph', 'smtp', 'acs', 'none'])
@description('How mails leave. graph: from a mailbox of Exchange Online, without a secret. smtp: through a mail server. acs: through Azure Communication Services Email, in which new customers cannot create a resource any more (since 23 October 2026) and which retires on 30 September 2028. none: a quiet start; everything is read and reported, and no mail is queued.')
param mailTransport string

@minLength(3)
@description('Mail addresses of the people who run the watcher, separated by commas. They hear of the watcher itself, and stand in for missing owners.')
param operators string

@minLength(4)
@description('Ids of the subscriptions whose container apps are watched, separated by commas. this: the one that is deployed to. none: no container apps, or the role is given for a management group by hand.')
param watchedSubscriptions string

@description('The address that mails come from: the mailbox for graph, the sender for smtp, and for acs a sender of the existing resource or of the own domain. Not needed for acs with a domain that Azure manages.')
param mailSender string = ''

@allowed(['owners', 'operators', 'none'])
@description('Who gets the mails. operators: everything goes to them, for a quiet start.')
param mailTo string = 'owners'

@description('acs only: resource id of a communication service that exists; empty for a new one.')
param communicationServiceId string = ''

@description('acs only: resource id of a verified domain for the new communication service; empty for one that Azure manages.')
param emailDomainId string = ''

@description('acs only: where the new communication service keeps mails at rest.')
param communicationDataLocation string = 'Europe'

@description('smtp only: host of the mail server.')
param smtpHost string = ''

@description('smtp only: 587 for STARTTLS, 465 for TLS. Azure blocks 25.')
param smtpPort int = 587

@description('smtp only: name to sign in with; empty where the server asks for none.')
param smtpUser string = ''

@allowed(['password', 'identity'])
@description('smtp only: whether smtpUser signs in with smtpPassword or with a token of the identity of the watcher (XOAUTH2).')
param smtpSignIn string = 'password'

@secure()
@description('smtp only: it is kept in the key vault.')
param smtpPassword string = ''

@description('Object id of a person or group that registers targets in the table itself (portal, az storage entity); empty for nobody. The HTTP API needs no role.')
param registryEditorId string = ''

@allowed(['User', 'Group', 'ServicePrincipal'])
@description('What registryEditorId names.')
param registryEditorType string = 'User'

@description('Switch: storage and key vault are reachable from the virtual network of the app only.')
param networkIsolation bool = false

@description('Switch: app and storage outlive the loss of a zone. Storage costs more.')
param zoneRedundant bool = false

@description('Switch: application (client) id of the app registration that people and programs sign in with, instead of function keys; empty for keys.')
param signInClientId string = ''

@description('Switch: Azure asks the app for its health from outside and tells the operators when it is bad. 14,400 test runs a month, each billed: about 9 US dollars at $0.0006 a run.')
param availabilityTest bool = false

@description('Switch: pingUrl is called after each complete sweep.')
param ping bool = false

@secure()
@description('Address of a check at a dead-man\'s switch such as healthchecks.io. It is kept in the key vault.')
param pingUrl string = ''

@description('When expiries are read: six-field NCRONTAB, UTC.')
param sweepSchedule string = '0 */5 * * * *'

@description('When mails are sent: six-field NCRONTAB, UTC.')
param remindSchedule string = '0 */5 * * * *'

@allowed([512, 2048, 4096])
@description('Memory of an instance of the app.')
param instanceMemoryMB int = 2048

@minValue(40)
@maxValue(1000)
@description('Most instances of the app.')
param maximumInstanceCount int = 40

@description('Further settings of docs/settings.md by name. They win over those that are set here. Never a secret: what is here is readable in the deployment.')
param settings object = {}

var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)
var separators = [',', ';', ' ']
var operatorList = filter(split(operators, separators), address => !empty(address))
var watchedIds = watchedSubscriptions == 'none'
  ? []
  : union(
      map(
        filter(split(watchedSubscriptions, separators), id => !empty(id)),
        id => id == 'this' ? subscription().subscriptionId : toLower(id)
      ),
      []
    )

var isAcs = mailTransport == 'acs'
var acsExists = isAcs && !empty(communicationServiceId)
// Also where the id is empty: the scope of a module is worked out whether the module is deployed or not.
var acsIdParts = split(communicationServiceId, '/')
var needsSender = mailTransport == 'graph' || mailTransport == 'smtp' || acsExists || (isAcs && !empty(emailDomainId))
var sender = needsSender && empty(mailSender)
  ? fail('mailSender is missing. For this mailTransport set it with: azd env set MAIL_SENDER watcher@example.com')
  : mailSender
var usesSmtp = mailTransport == 'smtp'
var smtpServer = usesSmtp && empty(smtpHost)
  ? fail('smtpHost is missing. For mailTransport smtp set it with: azd env set SMTP_HOST smtp.example.com')
  : smtpHost
var withSmtpPassword = usesSmtp && !empty(smtpUser) && smtpSignIn == 'password'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    isolated: networkIsolation
    principalId: identity.outputs.principalId
    registryEditorId: registryEditorId
    registryEditorType: registryEditorType
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    isolated: networkIsolation
    principalId: identity.outputs.principalId
    withSmtpPassword: withSmtpPassword
    smtpPassword: smtpPassword
    withPing: ping
    pingUrl: pingUrl
  }
}

module mail 'modules/mail.bicep' = if (isAcs) {
  scope: resourceGroup(
    acsExists ? acsIdParts[2] : subscription().subscriptionId,
    acsExists ? acsIdParts[4] : group.name
  )
  params: {
    name: acsExists ? last(acsIdParts) : 'acs-${token}'
    exists: acsExists
    emailDomainId: emailDomainId
    dataLocation: communicationDataLocation
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (networkIsolation) {
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

var acsSettings = isAcs
  ? {
      COMMUNICATION_ENDPOINT: mail!.outputs.endpoint
      MAIL_SENDER: empty(sender) ? mail!.outputs.sender : sender
    }
  : {}
var graphSettings = mailTransport == 'graph' ? { GRAPH_MAIL_SENDER: sender } : {}
var smtpSettings = usesSmtp
  ? union(
      {
        SMTP_HOST: smtpServer
        SMTP_PORT: string(smtpPort)
        MAIL_SENDER: sender
      },
      empty(smtpUser) ? {} : { SMTP_USER: smtpUser },
      withSmtpPassword
        ? { SMTP_PASSWORD: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/smtp-password)' }
        : {}
    )
  : {}

var pingSettings = ping ? { PING_URL: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/ping-url)' } : {}

// The modules before it also hold the roles, so the app never starts without them.
module app 'modules/app.bicep' = {
  scope: group
  params: {
    planName: 'plan-${token}'
    name: 'func-${token}'
    location: location
    tags: tags
    serviceName: 'watcher'
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    insightsName: monitoring.outputs.insightsName
    vaultUri: vault.outputs.uri
    subnetId: networkIsolation ? network!.outputs.appSubnetId : ''
    zoneRedundant: zoneRedundant
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    signIn: !empty(signInClientId)
    settings: union(
      {
        MAIL_TO: mailTransport == 'none' ? 'none' : mailTo
        OPERATORS: join(operatorList, ', ')
        SWEEP_SCHEDULE: sweepSchedule
        REMIND_SCHEDULE: remindSchedule
      },
      acsSettings,
      graphSettings,
      smtpSettings,
      pingSettings,
      settings
    )
  }
}

module signIn 'modules/sign-in.bicep' = if (!empty(signInClientId)) {
  scope: group
  params: {
    siteName: app.outputs.name
    clientId: signInClientId
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    actionGroupName: 'ag-${token}'
    operators: operatorList
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    url: app.outputs.url
    availabilityTest: availabilityTest
  }
}

module watched 'watched/subscription.bicep' = [
  for id in watchedIds: {
    scope: subscription(id)
    params: {
      principalId: identity.outputs.principalId
    }
  }
]

var graphSteps = mailTransport == 'graph'
  ? [
      'Let the watcher send from ${sender}, and from no other mailbox. In Exchange Online PowerShell, as an Exchange administrator:'
      '  New-ServicePrincipal -AppId ${identity.outputs.clientId} -ObjectId ${identity.outputs.principalId} -DisplayName expiry-watcher'
      '  New-ManagementScope -Name expiry-watcher -RecipientRestrictionFilter "PrimarySmtpAddress -eq \'${sender}\'"'
      '  New-ManagementRoleAssignment -App ${identity.outputs.principalId} -Role "Application Mail.Send" -CustomResourceScope expiry-watcher'
    ]
  : []
var signInSteps = empty(signInClientId)
  ? []
  : [
      'Let the app prove itself to its app registration with its identity:'
      '  az ad app federated-credential create --id ${signInClientId} --parameters \'{"name":"expiry-watcher","issuer":"${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0","subject":"${identity.outputs.principalId}","audiences":["api://AzureADTokenExchange"]}\''
      '  az ad app update --id ${signInClientId} --enable-id-token-issuance true --web-redirect-uris ${app.outputs.url}/.auth/login/aad/callback'
    ]

output AZURE_RESOURCE_GROUP string = group.name
output WATCHER_NAME string = app.outputs.name
output WATCHER_URL string = app.outputs.url
output WATCHER_PRINCIPAL_ID string = identity.outputs.principalId
output STORAGE_ACCOUNT_NAME string = storage.outputs.name
output KEY_VAULT_NAME string = vault.outputs.name

@description('What is left to do by hand. azd prints it.')
output NEXT_STEPS string = join(
  concat(graphSteps, signInSteps, [
    'For each IoT Central application that is watched (docs/deploy.md says which role it needs):'
    '  npm run grant -- --app NAME.azureiotcentral.com --principal ${identity.outputs.principalId}'
    'Its health, for everybody: ${app.outputs.url}/api/health'
    'Its dashboard, ${empty(signInClientId) ? 'with a key of the app' : 'after signing in'}: ${app.outputs.url}/api/dashboard'
    'Register targets next: docs/deploy.md'
  ]),
  '\n'
)
