/** The only list of kinds, and how they become sources. */
import type { Source } from '../watch/ports';
import { containerApp } from './container-app';
import { iotCentralToken } from './iot-central-token';
import type { Connection, Line, Service, SourceKind } from './kind';
import { connect } from './line';

export type { Connection, Service, SourceKind } from './kind';

export const kinds: readonly SourceKind[] = [containerApp, iotCentralToken];

/** The services that the kinds live in, each once. */
export const services: readonly Service[] = [...new Set(kinds.map(kind => kind.service))];

/** The sources by kind. Kinds of one service share one pipeline, and so its connections and its sign-in. */
export function createSources(connectionTo: (service: Service) => Connection): ReadonlyMap<string, Source> {
  const lines = new Map<Service, Line>(
    services.map(service => [service, connect(service, connectionTo(service))]),
  );
  const sources = kinds.flatMap(kind => {
    const line = lines.get(kind.service);
    return line ? [kind.create(line)] : [];
  });
  return new Map(sources.map(source => [source.kind, source]));
}
