import { parseOptions } from '../../local/options';

const USUAL = {
  fresh: false,
  live: false,
  testMail: false,
  mail: 'acs',
  days: 0,
  verbose: false,
  help: false,
};

test.each<[readonly string[], object]>([
  [[], {}],
  [['--fresh', '--live'], { fresh: true, live: true }],
  [['--registry', 'a b.csv', '--port', '0'], { registry: 'a b.csv', port: 0 }],
  [['--registry=--odd.csv'], { registry: '--odd.csv' }],
  [['--mail', 'smtp'], { mail: 'smtp' }],
  [['--mail=graph'], { mail: 'graph' }],
  [['--days', '30'], { days: 30 }],
  [['--verbose'], { verbose: true }],
  [['--live', '--test-mail'], { live: true, testMail: true }],
  [['--help'], { help: true }],
])('%j is understood', (args, expected) => {
  expect(parseOptions(args)).toEqual({ ...USUAL, ...expected });
});

test.each<[readonly string[], string]>([
  [['--liv'], '--liv is not an option'],
  [['-l'], '-l is not an option'],
  [['--no-live'], '--no-live is not an option'],
  [['--constructor'], '--constructor is not an option'],
  [['targets.csv'], "'targets.csv' is not an option"],
  [['--', 'targets.csv'], "'targets.csv' is not an option"],
  [['--live=yes'], '--live takes no value'],
  [['--test-mail'], '--test-mail needs --live'],
  [['--registry'], '--registry needs the path of a CSV file'],
  [['--registry='], '--registry needs the path of a CSV file'],
  [['--registry', '--live'], '--registry needs the path of a CSV file'],
  [['--mail'], '--mail needs one of acs, smtp, graph'],
  [['--mail', '--live'], '--mail needs one of acs, smtp, graph'],
  [['--mail', 'pigeon'], "'pigeon' is no way to send mail: --mail needs one of acs, smtp, graph"],
  [['--port'], '--port needs a number'],
  [['--port', 'http'], "'http' is not a port: --port needs a number"],
  [['--port', '65536'], "'65536' is not a port"],
  [['--port', '-1'], '--port needs a number'],
  [['--days'], '--days needs a number'],
  [['--days', 'ten'], "'ten' is no number of days: --days needs a number from 1 to 400"],
  [['--days', '401'], "'401' is no number of days"],
  [['--days', '3', '--live'], '--days works on the simulated fleet only'],
])('%j is answered with one sentence', (args, words) => {
  const answer = parseOptions(args);
  expect(answer).toEqual(expect.stringContaining(words));
  expect(answer).toMatch(/^[^\n]*[^.]\.$/);
});
