import { expect, test } from 'vitest';
import { GatedLog } from '../../../src/cli/gated-log.ts';
import { CollectedLog } from '../../support/collected-log.ts';

test('loggers made long ago follow the threshold', () => {
  const collected = new CollectedLog();
  const threshold: { level: 'debug' | 'info' | 'warn' | 'error' } = { level: 'warn' };
  const child = new GatedLog(collected, threshold).child({ conf: 'a' });
  child.info({}, 'one');
  child.error({}, 'two');
  threshold.level = 'debug';
  child.debug({}, 'three');
  expect(collected.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'error two',
    'debug three',
  ]);
});
