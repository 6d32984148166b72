/** Azurite's blob service, in a file of its own: only Core Tools need it, and it is slow to load. */
import BlobConfiguration from 'azurite/dist/src/blob/BlobConfiguration';
import BlobServer from 'azurite/dist/src/blob/BlobServer';
import type ServerBase from 'azurite/dist/src/common/ServerBase';
import { extentConfiguration, type ServerPlace } from './azurite-server';

export function blobServer(place: ServerPlace): ServerBase {
  return new BlobServer(extentConfiguration(BlobConfiguration, 'blob', place));
}
