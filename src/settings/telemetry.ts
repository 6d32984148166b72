/** The settings of traces, which are off unless asked for: they go where the Functions host sends its own logs. */
import type { EnvReader } from './env';

export interface TelemetrySettings {
  readonly connectionString: string;
  /** The resource takes no telemetry without a sign-in. */
  readonly byIdentity: boolean;
}

/** Undefined while no traces are asked for. */
export function readTelemetry(read: EnvReader): TelemetrySettings | undefined {
  const isOn = read.choice('TELEMETRY', ['none', 'traces']) === 'traces';
  const connectionString = read.text('APPLICATIONINSIGHTS_CONNECTION_STRING');
  const byIdentity = read.text('APPLICATIONINSIGHTS_AUTHENTICATION_STRING') !== undefined;
  if (!isOn) return undefined;
  if (connectionString !== undefined) return { connectionString, byIdentity };
  read.fault('APPLICATIONINSIGHTS_CONNECTION_STRING', 'is missing; with TELEMETRY=traces, traces go there');
  return undefined;
}
