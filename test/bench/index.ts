/** `npm run bench`: the costs of DESIGN.md section 8 as ratios measured in one run. They are never timed tests. */
import { startOtherSide } from './other-side';
import { benchSweep } from './sweep';

async function main(): Promise<void> {
  const other = await startOtherSide();
  await benchSweep(other);
  other.close();
}

void main();
