/** `npm run bench [load|memory|pace|paint|sweep …]`: the costs of DESIGN.md section 8 as ratios measured in one run. They are never timed tests. */
import { benchLoad } from './load';
import { benchMemory } from './memory';
import { startOtherSide } from './other-side';
import { benchPace } from './pace';
import { benchPaint } from './paint';
import { benchSweep } from './sweep';

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const wanted = (name: string) => asked.length === 0 || asked.includes(name);
  const other = await startOtherSide();
  if (wanted('load')) await benchLoad();
  if (wanted('memory')) await benchMemory(other);
  if (wanted('pace')) await benchPace(other);
  if (wanted('paint')) await benchPaint(other);
  if (wanted('sweep')) await benchSweep(other);
  other.close();
}

void main();
