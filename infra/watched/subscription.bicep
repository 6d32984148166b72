// Lets the watcher read the tokens of the container apps of one subscription, and nothing else there.

targetScope = 'subscription'

@description('Principal id of the identity of the watcher.')
param principalId string

// One definition for all watchers of the subscription. Names of custom roles are unique in a tenant.
resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'expiry-watcher')
  properties: {
    roleName: 'Expiry Watcher (${subscription().subscriptionId})'
    description: 'Reads container apps and when their auth tokens expire.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.App/containerApps/read'
          'Microsoft.App/containerApps/getAuthtoken/action'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [subscription().id]
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
