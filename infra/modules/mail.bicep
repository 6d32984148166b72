// Azure Communication Services Email: a new resource with a domain that Azure manages or one of your own, or a resource that exists.

@description('Name of the communication service. It is created unless it exists.')
param name string

@description('Whether the communication service exists already: then it only gets the role assignment.')
param exists bool

@description('Resource id of a verified domain; empty for a new one that Azure manages. Not used where the service exists.')
param emailDomainId string

@description('Where mails are kept at rest, such as Europe or United States.')
param dataLocation string

param tags object

@description('Principal id of the identity of the watcher.')
param principalId string

var roles = loadJsonContent('../roles.json')
var roleId = roles.communicationAndEmailServiceOwner.id
var withManagedDomain = !exists && empty(emailDomainId)

resource emailService 'Microsoft.Communication/emailServices@2025-09-01' = if (withManagedDomain) {
  name: name
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
  }
}

resource managedDomain 'Microsoft.Communication/emailServices/domains@2025-09-01' = if (withManagedDomain) {
  parent: emailService
  name: 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: {
    domainManagement: 'AzureManaged'
    userEngagementTracking: 'Disabled'
  }
}

resource newService 'Microsoft.Communication/communicationServices@2025-09-01' = if (!exists) {
  name: name
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    disableLocalAuth: true
    linkedDomains: [withManagedDomain ? managedDomain.id : emailDomainId]
  }
}

resource existingService 'Microsoft.Communication/communicationServices@2025-09-01' existing = {
  name: name
}

// The only built-in role that may send. It may also list keys, so it is given on this one resource.
resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: existingService
  name: guid(existingService.id, principalId, roleId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
  }
  dependsOn: [newService]
}

output endpoint string = 'https://${exists ? existingService.properties.hostName : newService!.properties.hostName}'

@description('The sender address of a managed domain; empty elsewhere.')
output sender string = withManagedDomain ? 'DoNotReply@${managedDomain!.properties.fromSenderDomain}' : ''
