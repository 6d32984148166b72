/** All simulated services together, with the settings that point the app at them. */
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
export type { LoggedRequest } from './request-log';

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
  /** The app's environment entries for these services. */
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
  const [arm, iotCentral, communication] = await allOrNone(starting);
  const settings = {
    ARM_ENDPOINT: arm.url,
    IOT_CENTRAL_ENDPOINT: `${iotCentral.url}/{subdomain}.{baseDomain}`,
    ...mailSettings(communication.url, options.communication?.accessKey),
    MAIL_SENDER: SENDER,
  };
  const close = async () => {
    await Promise.all([arm.close(), iotCentral.close(), communication.close()]);
  };
  return { arm, iotCentral, communication, settings, close };
}

function mailSettings(url: string, accessKey: string | undefined): Readonly<Record<string, string>> {
  if (accessKey === undefined) return { COMMUNICATION_ENDPOINT: url };
  return { COMMUNICATION_CONNECTION_STRING: `endpoint=${url}/;accesskey=${accessKey}` };
}

type Services = readonly [
  Promise<SimulatedArm>,
  Promise<SimulatedIotCentral>,
  Promise<SimulatedCommunication>,
];

/** A port that is taken must not leave the other servers running. */
async function allOrNone(
  starting: Services,
): Promise<[SimulatedArm, SimulatedIotCentral, SimulatedCommunication]> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    const outcomes = await Promise.allSettled<{ close(): Promise<void> }>(starting);
    await Promise.all(outcomes.map(one => (one.status === 'fulfilled' ? one.value.close() : undefined)));
    throw error;
  }
}
