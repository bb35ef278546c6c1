import { expect, test } from 'vitest';
import { redactAddresses } from '../../../../src/io/media/redact-addresses.ts';

test.each([
  ['203.0.113.7', 'x.x.x.x'],
  ['from 203.0.113.7:4000 to', 'from x.x.x.x:4000 to'],
  ['(203.0.113.7).', '(x.x.x.x).'],
  ['2001:db8::7', 'x::x'],
  ['[2001:db8::7]:10000', '[x::x]:10000'],
  ['peer ::1, gone', 'peer x::x, gone'],
  ['at 12:34:56', 'at 12:34:56'],
  ['RTC::Transport::Foo() | 1.5', 'RTC::Transport::Foo() | 1.5'],
  ['version 3.27.1', 'version 3.27.1'],
  ['[pid:123]', '[pid:123]'],
])('%s', (text, expected) => {
  expect(redactAddresses(text)).toBe(expected);
});
