// The storage account: tables, queues and the deployed code. It is reached by identity alone.

param name string
param location string
param tags object
param zoneRedundant bool

@description('Whether the account is reachable through private endpoints only.')
param isolated bool

@description('Principal id of the identity of the watcher.')
param principalId string

@description('Object id of who registers targets in the table itself; empty for nobody.')
param registryEditorId string

@allowed(['User', 'Group', 'ServicePrincipal'])
param registryEditorType string

var roles = loadJsonContent('../roles.json')

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isolated ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isolated ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

// Flex Consumption keeps the deployed zip here.
resource deployments 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'deployments'
  properties: {
    publicAccess: 'None'
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-08-01' = {
  parent: account
  name: 'default'
}

resource sweepQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-08-01' = [
  for queue in ['sweeps', 'sweeps-poison']: {
    parent: queues
    name: queue
  }
]

// The watcher makes its tables itself, at its first run.
resource watcherRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [
    roles.storageBlobDataOwner.id
    roles.storageQueueDataContributor.id
    roles.storageTableDataContributor.id
  ]: {
    scope: account
    name: guid(account.id, principalId, role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource registryEditor 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryEditorId)) {
  scope: account
  name: guid(account.id, registryEditorId, roles.storageTableDataContributor.id)
  properties: {
    principalId: registryEditorId
    principalType: registryEditorType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageTableDataContributor.id
    )
  }
}

output id string = account.id
output name string = account.name
output deploymentContainer string = deployments.name
