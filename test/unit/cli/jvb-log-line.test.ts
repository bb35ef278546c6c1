import { expect, it } from 'vitest';
import { jvbLogLine } from '../../../src/cli/jvb-log-line.ts';

const entry = (fields: object) => jvbLogLine(JSON.stringify({ time: 0, level: 30, ...fields }));

/** The outline of operations.md §8.1. */
const outline =
  /^JVB (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) ([A-Z]+): \[\d+\] (\[.*?\] )?[\w.]+#\d+: (.*)$/;

it('writes time, level and context where a JVB has them', () => {
  const line = entry({
    conf: '5f1c09ab77d2e310',
    endpoint: 'ab12cd34',
    msg: 'ICE connected',
    ms: 3,
  });
  const [, time, level, context, message] = outline.exec(line) ?? [];
  expect(time).toMatch(/^(1970|1969)-/);
  expect([level, context, message]).toEqual([
    'INFO',
    '[confId=5f1c09ab77d2e310 epId=ab12cd34] ',
    'ICE connected ms=3',
  ]);
});

it.each([
  [60, 'SEVERE'],
  [50, 'SEVERE'],
  [40, 'WARNING'],
  [20, 'FINE'],
])('calls level %i %s', (level, name) => {
  expect(outline.exec(entry({ level, msg: 'x' }))?.[2]).toBe(name);
});

it('lets no value begin a line of its own, and keeps the stack of an error', () => {
  expect(entry({ msg: 'bad', text: 'x\nJVB 2026' })).not.toContain('\n');
  const lines = entry({ msg: 'failed', err: { stack: 'Error: no\n    at f' } }).split('\n');
  expect(lines.slice(1)).toEqual(['Error: no', '    at f']);
});
