/** `npm run package`: fills `dist/`, and writes it as one zip for a deployment without azd, with a list of what is in it beside it. */
import { writeFileSync } from 'node:fs';
import { writeDeployable, zipOf } from './deployable';
import { sbomOf } from './sbom';

async function main(): Promise<void> {
  const written = await writeDeployable('dist');
  const zip = zipOf('dist');
  writeFileSync('expiry-watcher.zip', zip);
  writeFileSync('expiry-watcher.cdx.json', `${JSON.stringify(sbomOf(written), null, 2)}\n`);
  console.log(`expiry-watcher.zip: ${Math.round(zip.length / 1024)} KiB`);
}

void main();
