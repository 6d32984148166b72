/** All simulated services together, and the settings that point the app at them. */
import { type ArmOptions, startSimulatedArm } from './arm';
import { type CommunicationOptions, startSimulatedCommunication } from './communication';
import { type IotCentralOptions, startSimulatedIotCentral } from './iot-central';

export type { Fault } from './faults';
export type { Mail } from './mailbox';

export interface SimulatedAzureOptions {
  readonly now: () => number;
  readonly arm?: Omit<ArmOptions, 'now'>;
  readonly iotCentral?: Omit<IotCentralOptions, 'now'>;
  readonly communication?: Omit<CommunicationOptions, 'now'>;
}

export type SimulatedAzure = Awaited<ReturnType<typeof startSimulatedAzure>>;

export const SENDER = 'watcher@example.com';

export async function startSimulatedAzure(options: SimulatedAzureOptions) {
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
  /** Environment entries of the app for these services. */
  const settings: Readonly<Record<string, string>> = {
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
