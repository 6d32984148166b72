/** The parts of the identity SDK that are used, so that the bundle holds no others. It is loaded on first use: loading it takes long. */
export { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
