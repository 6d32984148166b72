// Lets the watcher read the tokens of all container apps below a management group.

targetScope = 'managementGroup'

@description('Principal id of the identity of the watcher.')
param principalId string

// One definition for all watchers of the group. Names of custom roles are unique in a tenant.
resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(managementGroup().id, 'expiry-watcher')
  properties: {
    roleName: 'Expiry Watcher (${managementGroup().name})'
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
    assignableScopes: [managementGroup().id]
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
