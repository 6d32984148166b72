/** The only list of kinds, and the sources made from them. */
import type { Source } from '../watch/ports';
import { containerApp } from './container-app';
import { iotCentralToken } from './iot-central-token';
import type { Connection, Service, ServiceClient, SourceKind } from './kind';
import { connect } from './read';

export const kinds: readonly SourceKind[] = [containerApp, iotCentralToken];

export const services: readonly Service[] = [...new Set(kinds.map(kind => kind.service))];

/** The sources by kind. The kinds of one service share one client, with its connections and its sign-in. */
export function createSources(connectionTo: (service: Service) => Connection): ReadonlyMap<string, Source> {
  const sources = services.flatMap(service => {
    const client = connect(service, connectionTo(service));
    return kinds.filter(kind => kind.service === service).map(kind => sourceOf(kind, client));
  });
  return new Map(sources.map(source => [source.kind, source]));
}

function sourceOf(kind: SourceKind, client: ServiceClient): Source {
  const { limits } = client.connection;
  return { ...kind, limits, locate: identity => kind.locate(client, identity) };
}
