/** All simulated services together, and the settings that point the app at them. */
import { type ArmOptions, type SimulatedArm, startSimulatedArm } from './arm';
import {
  type CommunicationOptions,
  type SimulatedCommunication,
  startSimulatedCommunication,
} from './communication';
import { type IotCentralOptions, type SimulatedIotCentral, startSimulatedIotCentral } from './iot-central';

export type { ArmSubscription, SimulatedArm } from './arm';
export type { SimulatedCommunication } from './communication';
export type { Fault, PlainFault } from './faults';
export type { SimulatedIotCentral } from './iot-central';
export type { Mail } from './mailbox';
export type { LoggedRequest } from './server';

export interface SimulatedAzureOptions {
  readonly now: () => number;
  readonly arm?: Omit<ArmOptions, 'now'>;
  readonly iotCentral?: Omit<IotCentralOptions, 'now'>;
  readonly communication?: Omit<CommunicationOptions, 'now'>;
}

export interface SimulatedAzure {
  readonly arm: SimulatedArm;
  readonly iotCentral: SimulatedIotCentral;
  readonly communication: SimulatedCommunication;
  /** Environment entries of the app for these services. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const SENDER = 'watcher@example.com';

export async function startSimulatedAzure(options: SimulatedAzureOptions): Promise<SimulatedAzure> {
  const { now } = options;
  const starting = [
    startSimulatedArm({ ...options.arm, now }),
    startSimulatedIotCentral({ ...options.iotCentral, now }),
    startSimulatedCommunication({ ...options.communication, now }),
  ] as const;
  const [arm, iotCentral, communication] = await Promise.all(starting).catch(async (error: unknown) => {
    // One port is taken: the other servers must not stay open.
    await closeStarted(starting);
    throw error;
  });
  const settings = {
    ARM_ENDPOINT: arm.url,
    IOT_CENTRAL_ENDPOINT: `${iotCentral.url}/{subdomain}.{baseDomain}`,
    ...mailSettings(communication.url, options.communication?.accessKey),
    MAIL_SENDER: SENDER,
  };
  return { arm, iotCentral, communication, settings, close: () => closeStarted(starting) };
}

function mailSettings(url: string, accessKey: string | undefined): Readonly<Record<string, string>> {
  if (accessKey === undefined) return { COMMUNICATION_ENDPOINT: url };
  return { COMMUNICATION_CONNECTION_STRING: `endpoint=${url}/;accesskey=${accessKey}` };
}

async function closeStarted(starting: readonly Promise<{ close(): Promise<void> }>[]): Promise<void> {
  const outcomes = await Promise.allSettled(starting);
  await Promise.all(outcomes.map(one => (one.status === 'fulfilled' ? one.value.close() : undefined)));
}
