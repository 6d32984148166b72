// The Flex Consumption plan, the function app and its settings.

param planName string
param name string
param location string
param tags object

@description('The name of the service in azure.yaml, by which azd finds the app.')
param serviceName string

param identityId string
param identityClientId string
param storageName string
param deploymentContainer string
param insightsName string

@description('Of the key vault, with a slash at its end.')
param vaultUri string

@description('Subnet of the app; empty without network isolation.')
param subnetId string

param zoneRedundant bool
param instanceMemoryMB int
param maximumInstanceCount int

@description('Whether people sign in with Entra: then the app proves itself with its identity instead of a client secret.')
param signIn bool

@description('The settings of the watcher that do not follow from the resources here. They win over those that do.')
param settings object

var storageHost = environment().suffixes.storage

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      ftpsState: 'Disabled'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageName}.blob.${storageHost}/${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '24'
      }
      scaleAndConcurrency: {
        alwaysReady: []
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }
}

// azd publishes with an Entra token, so nobody needs a password.
resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: {
    allow: false
  }
}

resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: {
    allow: false
  }
}

// Apart from the site, since PUBLIC_URL needs its host name.
resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union(
    {
      AzureWebJobsStorage__blobServiceUri: 'https://${storageName}.blob.${storageHost}'
      AzureWebJobsStorage__queueServiceUri: 'https://${storageName}.queue.${storageHost}'
      AzureWebJobsStorage__tableServiceUri: 'https://${storageName}.table.${storageHost}'
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      AZURE_CLIENT_ID: identityClientId
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
      PUBLIC_URL: 'https://${site.properties.defaultHostName}'
      LINK_SECRET: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/link-secret)'
    },
    signIn ? { OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId } : {},
    settings
  )
}

output name string = site.name
output url string = 'https://${site.properties.defaultHostName}'
