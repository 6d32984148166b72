/** The documented errors of Azure Resource Manager that a read can meet, and what a person has to do about each. */
import { busy, type ErrorTable, errorTable, forOperators, missing } from './errors';

const SIGN_IN =
  "Azure Resource Manager does not accept the watcher's sign-in: check its managed identity and AZURE_CLIENT_ID";
const POLICY =
  "A policy of Azure forbids the watcher's request: exempt the action Microsoft.App/containerApps/getAuthtoken from it";
const DISABLED =
  'The subscription is disabled, which refuses this read: enable it again (often a bill or a spending limit), or remove its rows from the registry';
const NOT_REGISTERED =
  'The subscription does not use Azure Container Apps: register its provider with az provider register --namespace Microsoft.App, or correct the subscription in the row';
const OLD_VERSION =
  'Azure no longer offers this read in the API version that the watcher asks for: install a newer watcher, and check that Microsoft.App is registered in the subscription';
const CHANGING = 'Azure is changing this container app now, so it is busy and is asked again';

/**
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 * `ContainerAppOperationInProgress` is what Container Apps answers while it makes another change.
 */
export const ARM_ERRORS: ErrorTable = errorTable(
  {
    ...forOperators(SIGN_IN, [
      'AuthenticationFailed',
      'AuthenticationFailedInvalidHeader',
      'AuthenticationFailedMissingToken',
      'ExpiredAuthenticationToken',
      'InvalidAuthenticationToken',
    ]),
    ...forOperators(
      'The watcher signs in for another cloud of Azure: set ARM_ENDPOINT to the one of this subscription',
      ['InvalidAuthenticationTokenAudience'],
    ),
    ...forOperators(
      "The watcher's identity belongs to another tenant than this subscription: watch it with a watcher of its own tenant, or correct the subscription in the row",
      ['InvalidAuthenticationTokenTenant'],
    ),
    ...forOperators(
      "The watcher's identity sees no such subscription: it was deleted, it belongs to another tenant, or its id in the row is wrong",
      ['SubscriptionNotFound', 'InvalidSubscriptionId'],
    ),
    ...forOperators(
      "The watcher may not use something that this container app is linked with: give its identity the same role there, in the container app's own tenant",
      ['LinkedAuthorizationFailed'],
    ),
    ...forOperators(DISABLED, ['DisabledSubscription', 'ReadOnlyDisabledSubscription']),
    ...forOperators(POLICY, ['DisallowedOperation', 'RequestDisallowedByAzure', 'RequestDisallowedByPolicy']),
    ...forOperators(
      'A read-only lock on the container app, its resource group or its subscription refuses this read, which Azure counts as a write: remove the lock, or make it a delete lock',
      ['ScopeLocked'],
    ),
    ...forOperators(NOT_REGISTERED, [
      'InvalidSubscriptionRegistrationState',
      'MissingRegistrationForLocation',
      'MissingSubscriptionRegistration',
      'SubscriptionNotRegistered',
    ]),
    ...forOperators(OLD_VERSION, [
      'InvalidApiVersionParameter',
      'InvalidResourceNamespace',
      'InvalidResourceType',
      'NoRegisteredProviderFound',
    ]),
    ...missing(
      'Azure knows no such resource group: it was deleted with all its apps, or the subscription or resource group in the row is wrong',
      ['ResourceGroupNotFound'],
    ),
    ...busy(CHANGING, ['AnotherOperationInProgress', 'ContainerAppOperationInProgress', 'DeploymentActive']),
    ...busy('The resource group of this container app is being deleted; it is asked again', [
      'ResourceGroupBeingDeleted',
    ]),
  },
  [
    'AuthorizationFailed',
    'BadRequest',
    'Conflict',
    'Forbidden',
    'GatewayTimeout',
    'InternalServerError',
    'InvalidRequestFormat',
    'NotFound',
    'OperationNotAllowed',
    'ParentResourceNotFound',
    'ResourceNotFound',
    'ResourceRequestsThrottled',
    'ServerTimeout',
    'ServiceUnavailable',
    'SubscriptionRequestsThrottled',
    'TooManyRequests',
    'Unauthorized',
  ],
);
