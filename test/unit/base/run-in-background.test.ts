import { expect, it } from 'vitest';
import { runInBackground } from '../../../src/base/run-in-background.ts';
import { CollectedLog } from '../../support/collected-log.ts';

it('logs the failure of work nobody waits for', async () => {
  const log = new CollectedLog();
  const error = new Error('no');
  runInBackground(() => Promise.reject(error), log);
  await new Promise((done) => setImmediate(done));
  expect(log.lines).toMatchObject([{ level: 'error', fields: { err: error } }]);
});
