/** `GET dashboard.js`: the script that the dashboard works without; it is the same for everybody, so it asks for no key. */
import { scriptAnswer } from '../web/dashboard/script-answer';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';

export const dashboardScript = (): HttpFunction => ({
  type: 'http',
  name: 'dashboardScript',
  route: 'dashboard.js',
  authLevel: 'anonymous',
  ...byMethod({ GET: async ({ url, headers }) => scriptAnswer(url, name => headers.get(name)) }),
});
