/** What a kind of target declares. A new kind is a new file with one of these, and an entry in the list of kinds. */
import type { TokenCredential } from '@azure/core-auth';
import type { HttpAnswer } from '../azure/request';
import type { Limits } from '../core/pace';
import type { FailedReading } from '../core/reading';
import type { Identity } from '../core/target';
import type { Source } from '../watch/ports';
import type { ErrorTable } from './errors';

/** A watched service. Its kinds share its settings, its connections and its sign-in. */
export interface Service {
  /** The start of its settings' names: `ARM` for `ARM_ENDPOINT`, `ARM_RATE`, `ARM_BURST`, `ARM_BASE_DOMAINS`. */
  readonly settingName: string;
  /** What people call it. */
  readonly label: string;
  readonly defaultEndpoint: string;
  readonly defaultLimits: Limits;
  /** Present where rows name hosts: the domains that may be contacted. */
  readonly defaultBaseDomains?: readonly string[];
  /** Its documented error codes. */
  readonly errors: ErrorTable;
  /** What it means that the host of a request is not known (DNS). As the meanings of errors, without a full stop. */
  readonly unknownHost: string;
  /** What is wrong with an endpoint; undefined if nothing is. The settings check the scheme. */
  endpointFault(endpoint: string): string | undefined;
  /** The scope of the sign-in. */
  credentialScope(endpoint: string): string;
}

export interface ServiceSettings {
  /** A base URL, or a template with `{subdomain}` and `{baseDomain}`. */
  readonly endpoint: string;
  /** Empty where rows name no hosts. */
  readonly baseDomains: readonly string[];
  readonly limits: Limits;
}

export interface Connection extends ServiceSettings {
  /** Milliseconds for one request with its answer. */
  readonly timeoutMs: number;
  /** Not used for plain http. */
  readonly credential: TokenCredential;
}

/** Sends requests to one service. A request that fails is a failed reading, never an exception. */
export interface ServiceClient {
  readonly service: Service;
  readonly connection: Connection;
  send(method: 'GET' | 'POST', url: string): Promise<HttpAnswer | FailedReading>;
}

export interface SourceKind extends Omit<Source, 'limits' | 'locate'> {
  /** The end of its settings' names: `CONTAINER_APP` for `THRESHOLDS_CONTAINER_APP`, `CHECK_EVERY_CONTAINER_APP`. */
  readonly settingName: string;
  /** As in settings: `7d 1d 1h 0`. */
  readonly defaultThresholds: string;
  /** As in settings: `6h`. */
  readonly defaultCheckEvery: string;
  readonly service: Service;
  /** As `Source.locate`; the target is read through the client. */
  locate(client: ServiceClient, identity: Identity): ReturnType<Source['locate']>;
}
