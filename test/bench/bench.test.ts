import { toyBench } from '../support/bench';

test('every benchmark that needs no browser runs, and prints its ratios', async () => {
  const names = ['load', 'mail', 'memory', 'pace', 'sweep'];
  const ratios = await toyBench(...names);
  expect([...ratios.keys()]).toEqual(names);
  for (const [name, values] of ratios) expect([name, values.every(Number.isFinite)]).toEqual([name, true]);
}, 120_000);

test('an unknown benchmark is an error that names the known ones', async () => {
  await expect(toyBench('spee')).rejects.toThrow('Unknown benchmark: spee. Known: load, mail, memory, pace');
});
