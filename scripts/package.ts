/** `npm run package`: what `npm run build` leaves in `dist/`, as one zip for a deployment without azd. */
import { writeFileSync } from 'node:fs';
import { zipOf } from './deployable';

const zip = zipOf('dist');
writeFileSync('expiry-watcher.zip', zip);
console.log(`expiry-watcher.zip: ${Math.round(zip.length / 1024)} KiB`);
