/** The HTTP pipeline to one service: it signs, and that only over https. No redirects, no retries, no logs. */
import {
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { Asked, Connection, Service } from './kind';
import { signInPolicy } from './sign-in';

export type Send = (asked: Asked) => Promise<PipelineResponse>;

/** Signs requests, and signs in at all, only where the endpoint is https (rule 21). */
export function senderTo(service: Service, connection: Connection, client: HttpClient): Send {
  const pipeline = createEmptyPipeline();
  if (isSecure(connection.endpoint)) {
    const scope = service.credentialScope(connection.endpoint);
    pipeline.addPolicy(signInPolicy(connection.credential, scope, connection.timeoutMs), { phase: 'Sign' });
  }
  return ({ method, url }) => {
    const headers = createHttpHeaders({ accept: 'application/json', 'user-agent': 'expiry-watcher' });
    // The id is sent nowhere; a given one spares each read the making of a random one.
    const request = createPipelineRequest({ method, url, headers, requestId: 'read' });
    return pipeline.sendRequest(client, request);
  };
}

export function isSecure(endpoint: string): boolean {
  return endpoint.toLowerCase().startsWith('https:');
}
