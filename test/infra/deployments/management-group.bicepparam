using '../../../infra/watched/management-group.bicep'

param principalId = '33333333-3333-3333-3333-333333333333'
