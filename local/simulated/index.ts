/** All simulated services together, and the settings that point the app at them. */
import { type ArmOptions, startSimulatedArm } from './arm';
import type { CommunicationOptions } from './communication';
import { type IotCentralOptions, startSimulatedIotCentral } from './iot-central';
import { type MailServiceName, startMailServices } from './mail-services';

export type { Fault } from './faults';
export type { Mail } from './mailbox';

export interface SimulatedAzureOptions {
  readonly now: () => number;
  readonly arm?: Omit<ArmOptions, 'now'>;
  readonly iotCentral?: Omit<IotCentralOptions, 'now'>;
  readonly communication?: Omit<CommunicationOptions, 'now'>;
  /** Which mail service the settings name; `acs` without one. Its mails are in `communication.mails`. */
  readonly mail?: MailServiceName;
  /** Which one the settings name as the fallback. */
  readonly fallback?: MailServiceName;
}

export type SimulatedAzure = Awaited<ReturnType<typeof startSimulatedAzure>>;

export async function startSimulatedAzure(options: SimulatedAzureOptions) {
  const { now, mail = 'acs' } = options;
  const starting = [
    startSimulatedArm({ ...options.arm, now }),
    startSimulatedIotCentral({ ...options.iotCentral, now }),
    startMailServices(mail, { ...options.communication, now }, options.fallback),
  ] as const;
  const [arm, iotCentral, services] = await Promise.all(starting).catch(async (error: unknown) => {
    // One port is taken: the other servers must not stay open.
    await closeStarted(starting);
    throw error;
  });
  /** Environment entries of the app for these services. */
  const settings: Readonly<Record<string, string>> = {
    ARM_ENDPOINT: arm.url,
    IOT_CENTRAL_ENDPOINT: `${iotCentral.url}/{subdomain}.{baseDomain}`,
    ...services.settings,
  };
  const { communication, smtp, graph } = services;
  return { arm, iotCentral, communication, smtp, graph, settings, close: () => closeStarted(starting) };
}

async function closeStarted(starting: readonly Promise<{ close(): Promise<void> }>[]): Promise<void> {
  const outcomes = await Promise.allSettled(starting);
  await Promise.all(outcomes.map(one => (one.status === 'fulfilled' ? one.value.close() : undefined)));
}
