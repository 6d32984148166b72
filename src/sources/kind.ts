/** What a kind of target declares, so that a new one is a new file and nothing else has to know it. */
import type { TokenCredential } from '@azure/core-auth';
import type { Limits } from '../core/pace';
import type { FailedReading } from '../core/reading';
import type { Source } from '../watch/ports';

/** A watched service. All kinds that live in it share its settings, its connections and its sign-in. */
export interface Service {
  /** Begins the names of its settings: `ARM` for `ARM_ENDPOINT`, `ARM_RATE`, `ARM_BURST`, `ARM_BASE_DOMAINS`. */
  readonly settingName: string;
  /** What a person calls it. */
  readonly label: string;
  readonly defaultEndpoint: string;
  readonly defaultLimits: Limits;
  /** Present where rows name hosts: the domains that may be contacted. */
  readonly defaultBaseDomains?: readonly string[];
  /** Why an endpoint can't be used, the scheme apart: plain http is the settings' affair. */
  endpointFault(endpoint: string): string | undefined;
  /** The scope to sign in for. */
  credentialScope(endpoint: string): string;
}

/** How to reach a service, as the settings say. */
export interface Connection {
  /** A base URL, or a template with `{subdomain}` and `{baseDomain}`. */
  readonly endpoint: string;
  /** Empty where rows name no hosts. */
  readonly baseDomains: readonly string[];
  readonly limits: Limits;
  /** Milliseconds for one request with its answer. */
  readonly timeoutMs: number;
  /** Asked on first need only, and never for plain http. */
  readonly credential: () => TokenCredential;
}

/** One request as a kind words it. */
export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly url: string;
}

/** What came back whole. */
export interface Heard {
  readonly status: number;
  header(name: string): string | undefined;
  /** Undefined when it was larger than an honest answer can be. */
  readonly body: string | undefined;
}

/** A service that can be asked. What keeps an answer from coming is a failed reading, never an exception. */
export interface Line {
  readonly service: Service;
  readonly connection: Connection;
  ask(asked: Asked): Promise<Heard | FailedReading>;
}

export interface SourceKind {
  readonly kind: string;
  /** Ends the names of its settings: `CONTAINER_APP` for `THRESHOLDS_CONTAINER_APP`, `CHECK_EVERY_CONTAINER_APP`. */
  readonly settingName: string;
  /** As in settings: `7d 1d 1h 0`. */
  readonly defaultThresholds: string;
  /** As in settings: `6h`. */
  readonly defaultCheckEvery: string;
  readonly service: Service;
  create(line: Line): Source;
}
