import { describe, expect, test } from 'vitest';
import { parseHocon } from '../../../src/config/hocon/parse-hocon.ts';
import {
  bandwidth,
  boolean,
  commaText,
  count,
  duration,
  fraction,
  integer,
  interval,
  listenPort,
  number,
  oneOf,
  port,
  portOrOff,
  text,
  textList,
  type Reader,
} from '../../../src/config/reader.ts';
import { conferenceLimits } from '../../../src/config/settings/conference-limits.ts';
import { staticMappings } from '../../../src/config/settings/static-mappings.ts';
import { stunServers } from '../../../src/config/settings/stun-servers.ts';

/** What a reader makes of `a = <written>`; undefined where it refuses. */
function read<T>(reader: Reader<T>, written: string): T | undefined {
  const parsed = parseHocon(
    { file: 'f', text: `a = ${written}` },
    { env: {}, readFile: () => undefined },
  );
  if (!parsed.ok) throw parsed.error;
  const reading = reader.read(parsed.value.value.fields.get('a')!);
  return reading.ok ? reading.value : undefined;
}

const second = 1000;
const minute = 60 * second;

describe('readers take what the library of the JVB takes, measured (config.md §4.3)', () => {
  test.each<[Reader<unknown>, Record<string, unknown>]>([
    [
      duration,
      {
        '15 seconds': 15 * second,
        '15seconds': 15 * second,
        '500ms': 500,
        '1.5s': 1.5 * second,
        '0.5 minutes': 0.5 * minute,
        '1d': 24 * 60 * minute,
        '5 minute': 5 * minute,
        '-1s': -second,
        '1 hour': 60 * minute,
        '250000 us': 250,
        '5000': 5000,
        '"5000"': 5000,
        '" 3 s "': 3 * second,
      },
    ],
    [
      integer,
      { '10000': 10000, '"10000"': 10000, '1e4': 10000, '10000.7': 10000, '-1': -1, '-1.9': -1 },
    ],
    [number, { '30': 30, '29.97': 29.97, '".75"': 0.75, '.75': 0.75 }],
    [
      boolean,
      { true: true, '"true"': true, True: true, yes: true, on: true, off: false, no: false },
    ],
    [fraction, { '0.15': 0.15, '.75': 0.75, '"5%"': 0.05, '5%': 0.05, '0 %': 0, '1.25': 1.25 }],
    [
      bandwidth,
      { '2500 kbps': 2_500_000, '20mbps': 20e6, '10 Mbps': 10e6, '100bps': 100, '1 KBPS': 1000 },
    ],
    [text, { x: 'x', '"x y"': 'x y', '12': '12', '007': '007', true: 'true' }],
    [textList, { '[a, 1, true]': ['a', '1', 'true'], '[]': [], '{ "1": b, "0": a }': ['a', 'b'] }],
    [oneOf('a', 'b'), { a: 'a', '"b"': 'b' }],
    [port, { '1': 1, '65535': 65535 }],
    [listenPort, { '0': 0, '10000': 10000 }],
    [portOrOff, { '-1': -1, '0': 0, '8080': 8080 }],
    [
      conferenceLimits,
      {
        '{ 50 = 10, 20 = 20 }': [
          { size: 20, lastN: 20 },
          { size: 50, lastN: 10 },
        ],
      },
    ],
  ])('%#', (reader, cases) => {
    for (const [written, value] of Object.entries(cases)) {
      expect({ [written]: read(reader, written) }).toEqual({ [written]: value });
    }
  });

  test.each<[Reader<unknown>, string[]]>([
    [
      duration,
      ['10 sec', '10 mins', '1 H', '1 week', '1 minute 30 seconds', '""', '[1]', 'null', '1e3 s'],
    ],
    [interval, ['0', '-1s', '0 seconds']],
    [integer, ['10M', '0x10', '"10 000"', '""', 'true', '"Infinity"', '{}']],
    [count, ['-1']],
    [boolean, ['1', '0', '"Yes"', 'YES', '[]']],
    [fraction, ['x', '"5 %%"', '{}']],
    [bandwidth, ['2.5 mbps', '1000', 'kbps', '1 gbps', '-1 kbps']],
    [textList, ['null', '{ x = 1 }', '[[a]]', '[{}]']],
    [oneOf('GoogleCc2'), ['googlecc2', 'x']],
    [port, ['0', '65536', '-1', 'x']],
    [portOrOff, ['-2', '65536']],
    [text, ['[]', '{}', 'null']],
    [conferenceLimits, ['[]', '{ x = 1 }', '{ 20 = x }', '{ 20 = -1 }']],
    [stunServers, ['["a:b"]', '["a:0"]', '["a:99999"]', '["a b:1"]', '["::1"]', '{}']],
    [
      staticMappings,
      [
        '{}',
        '[1]',
        '[{ local-address = "10.0.0.1" }]',
        '[{ local-address = "host", public-address = "1.2.3.4" }]',
        '[{ local-address = "10.0.0.1", public-address = "1.2.3.4", local-port = 1 }]',
        '[{ local-address = "10.0.0.1", public-address = "1.2.3.4", local-port = x, public-port = 1 }]',
        '[{ local-address = "10.0.0.1", public-address = "1.2.3.4", local-port = 1, public-port = 0 }]',
      ],
    ],
  ])('refused %#', (reader, cases) => {
    for (const written of cases) {
      expect({ [written]: read(reader, written) }).toEqual({ [written]: undefined });
    }
  });
});

test('what a JVB would refuse is taken with a word', () => {
  const origin = { file: 'f', line: 1, column: 1 };
  const scalar = { kind: 'string', value: 'a', quoted: true, origin } as const;
  const list = { kind: 'array', items: [scalar, scalar], origin } as const;
  const nested = { kind: 'array', items: [list], origin } as const;
  expect(textList.read(scalar)).toMatchObject({
    value: ['a'],
    tolerated: expect.any(String) as string,
  });
  expect(commaText.read(list)).toMatchObject({
    value: 'a,a',
    tolerated: expect.any(String) as string,
  });
  expect(commaText.read(nested)).toMatchObject({ ok: false });
  expect(stunServers.read({ ...scalar, value: 'stun.example.com' })).toMatchObject({
    value: [{ host: 'stun.example.com', port: 3478 }],
    tolerated: expect.any(String) as string,
  });
});

test('a fault inside a list is told where it is', () => {
  const written =
    'a = [\n  { local-address = "10.0.0.1", public-address = "1.2.3.4" }\n  { x = 1 }\n]';
  const parsed = parseHocon({ file: 'f', text: written }, { env: {}, readFile: () => undefined });
  if (!parsed.ok) throw parsed.error;
  expect(staticMappings.read(parsed.value.value.fields.get('a')!)).toMatchObject({
    ok: false,
    origin: { line: 3, column: 3 },
  });
});
