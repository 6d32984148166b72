import { toyBench } from '../support/bench';

test('the benchmark of the first paint runs, and prints its ratio', async () => {
  const ratios = await toyBench('paint');
  expect([...ratios.keys()]).toEqual(['paint']);
  expect(ratios.get('paint')?.every(Number.isFinite)).toBe(true);
}, 120_000);
