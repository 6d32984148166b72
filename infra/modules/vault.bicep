// The key vault: the secret that signs links in mails, and where they are given the password of an SMTP server and the address of a ping.

param name string
param location string
param tags object

@description('Whether the vault is reachable through a private endpoint only.')
param isolated bool

@description('Principal id of the identity of the watcher.')
param principalId string

@secure()
@description('Used at the first deployment only. Two GUIDs: 244 random bits.')
param firstLinkSecret string = '${newGuid()}${newGuid()}'

@description('Whether there is a password of an SMTP server to keep.')
param withSmtpPassword bool

@secure()
param smtpPassword string

@description('Whether there is the address of a ping to keep.')
param withPing bool

@secure()
param pingUrl string

var roles = loadJsonContent('../roles.json')

// Without purge protection, so that "azd down --purge" removes everything. All that would be lost is in mails that are out already.
resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: isolated ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isolated ? 'Deny' : 'Allow'
    }
  }
}

// A new secret at each deployment would break the links of all mails that are out.
@onlyIfNotExists()
resource linkSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: 'link-secret'
  properties: {
    value: firstLinkSecret
  }
}

resource linkSecretUser 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: linkSecret
  name: guid(linkSecret.id, principalId, roles.keyVaultSecretsUser.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser.id)
  }
}

resource smtpSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (withSmtpPassword) {
  parent: vault
  name: 'smtp-password'
  properties: {
    value: empty(smtpPassword)
      ? fail('smtpPassword is missing. Set it with: azd env set-secret SMTP_PASSWORD')
      : smtpPassword
  }
}

resource smtpSecretUser 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (withSmtpPassword) {
  scope: smtpSecret
  name: guid(smtpSecret.id, principalId, roles.keyVaultSecretsUser.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser.id)
  }
}

resource pingSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (withPing) {
  parent: vault
  name: 'ping-url'
  properties: {
    value: empty(pingUrl) ? fail('pingUrl is missing. Set it with: azd env set-secret PING_URL') : pingUrl
  }
}

resource pingSecretUser 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (withPing) {
  scope: pingSecret
  name: guid(pingSecret.id, principalId, roles.keyVaultSecretsUser.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser.id)
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
