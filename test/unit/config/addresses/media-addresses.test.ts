import { describe, expect, test } from 'vitest';
import {
  isLinkLocal,
  isLoopback,
  isReachable,
} from '../../../../src/config/addresses/address-kind.ts';
import { mediaAddresses } from '../../../../src/config/addresses/media-addresses.ts';
import type { AddressConfig, IceConfig, StaticMapping } from '../../../../src/config/ice-config.ts';
import { loaded } from '../load-text.ts';

const interfaces = [
  { name: 'lo', addresses: ['127.0.0.1', '::1'] },
  { name: 'eth0', addresses: ['10.0.0.7', '2001:db8::7', 'fe80::7'] },
  { name: 'docker0', addresses: ['172.17.0.1'] },
];

const standard = loaded('trestle.ice.tcp.enabled = false').config.ice;

function ice(addresses: Partial<AddressConfig>, more: Partial<IceConfig> = {}): IceConfig {
  return { ...standard, ...more, addresses: { ...standard.addresses, ...addresses } };
}

describe('listening', () => {
  test.each<[string, Partial<AddressConfig>, string[]]>([
    ['all but loopback and link-local', {}, ['10.0.0.7', '2001:db8::7', '172.17.0.1']],
    ['no IPv6', { ipv6: false }, ['10.0.0.7', '172.17.0.1']],
    [
      'link-local, too',
      { linkLocal: true, blockedInterfaces: ['docker0'] },
      ['10.0.0.7', '2001:db8::7', 'fe80::7'],
    ],
    ['loopback, too', { loopback: true, allowedInterfaces: ['lo'] }, ['127.0.0.1', '::1']],
    ['allowed loopback alone is not enough', { allowedAddresses: ['127.0.0.1'] }, []],
    ['an interface blocked', { blockedInterfaces: ['docker0'] }, ['10.0.0.7', '2001:db8::7']],
    [
      'names are exact',
      { blockedInterfaces: ['docker'] },
      ['10.0.0.7', '2001:db8::7', '172.17.0.1'],
    ],
    [
      'allowed beats blocked',
      { allowedInterfaces: ['docker0'], blockedInterfaces: ['docker0'] },
      ['172.17.0.1'],
    ],
    [
      'an address allowed',
      { allowedAddresses: ['10.0.0.7'], blockedAddresses: ['10.0.0.7'] },
      ['10.0.0.7'],
    ],
    ['an address blocked', { blockedAddresses: ['10.0.0.7', '172.17.0.1'] }, ['2001:db8::7']],
    ['both lists', { allowedInterfaces: ['eth0'], allowedAddresses: ['172.17.0.1'] }, []],
  ])('%s', (_name, addresses, expected) => {
    expect(mediaAddresses(interfaces, ice(addresses)).listen).toEqual(expected);
  });
});

describe('advertising', () => {
  const eth = [{ name: 'eth0', addresses: ['10.0.0.7'] }];
  const local = '10.0.0.7';

  function advertised(mappings: StaticMapping[], more: Partial<IceConfig> = {}) {
    const result = mediaAddresses(eth, ice({ staticMappings: mappings }, more));
    return {
      addresses: result.advertise.map(
        ({ protocol, type, ip, port, relatedAddress, relatedPort }) =>
          `${protocol} ${type} ${ip}:${port ?? 'any'}` +
          (relatedAddress ? ` for ${relatedAddress}:${relatedPort ?? 'any'}` : ''),
      ),
      warnings: result.warnings.map(({ code }) => code),
      hasValidAddress: result.hasValidAddress,
    };
  }

  test('a local address alone', () => {
    expect(advertised([])).toEqual({
      addresses: ['udp host 10.0.0.7:10000'],
      warnings: ['unreachable'],
      hasValidAddress: false,
    });
  });

  test('several mappings, in order, without repetition', () => {
    const to = (publicAddress: string): StaticMapping => ({ localAddress: local, publicAddress });
    expect(advertised([to('1.1.1.1'), to('2.2.2.2'), to('1.1.1.1'), to(local)])).toEqual({
      addresses: [
        'udp host 10.0.0.7:10000',
        'udp srflx 1.1.1.1:10000 for 10.0.0.7:10000',
        'udp srflx 2.2.2.2:10000 for 10.0.0.7:10000',
      ],
      warnings: [],
      hasValidAddress: true,
    });
  });

  test('a mapping with ports applies to its port, and stays beside one without', () => {
    const plain = { localAddress: local, publicAddress: '1.1.1.1' };
    const ported = { ...plain, ports: { local: 10000, public: 12000 } };
    expect(advertised([plain, ported], { tcp: { port: 4443 } }).addresses).toEqual([
      'udp host 10.0.0.7:10000',
      'udp srflx 1.1.1.1:10000 for 10.0.0.7:10000',
      'udp srflx 1.1.1.1:12000 for 10.0.0.7:10000',
      'tcp host 10.0.0.7:4443',
      'tcp srflx 1.1.1.1:4443 for 10.0.0.7:4443',
    ]);
  });

  test('a port that the system chooses is not named', () => {
    const mapping = { localAddress: local, publicAddress: '1.1.1.1' };
    expect(advertised([mapping], { udpPort: 0 }).addresses).toEqual([
      'udp host 10.0.0.7:any',
      'udp srflx 1.1.1.1:any for 10.0.0.7:any',
    ]);
  });

  test('a mapped TCP port is advertised for every address', () => {
    const mapping = { localAddress: local, publicAddress: '1.1.1.1' };
    const { addresses } = advertised([mapping], { tcp: { port: 4443, mappedPort: 443 } });
    expect(addresses.filter((address) => address.startsWith('tcp'))).toEqual([
      'tcp host 10.0.0.7:4443',
      'tcp srflx 10.0.0.7:443 for 10.0.0.7:4443',
      'tcp srflx 1.1.1.1:4443 for 10.0.0.7:4443',
      'tcp srflx 1.1.1.1:443 for 10.0.0.7:4443',
    ]);
  });

  test.each([
    ['another machine’s', { localAddress: '10.9.9.9', publicAddress: '1.1.1.1' }],
    [
      'another port',
      { localAddress: local, publicAddress: '1.1.1.1', ports: { local: 1, public: 1 } },
    ],
  ])('a mapping that does not apply is named: %s', (_name, mapping) => {
    expect(advertised([mapping])).toEqual({
      addresses: ['udp host 10.0.0.7:10000'],
      warnings: ['not-applicable', 'unreachable'],
      hasValidAddress: false,
    });
  });

  test('a mapping to a link-local address is doubted', () => {
    const { warnings } = advertised([{ localAddress: local, publicAddress: '169.254.1.1' }]);
    expect(warnings).toContain('not-applicable');
  });

  test('servers that do not answer are told', () => {
    const config = ice({ stunServers: [{ host: 'stun.example.com', port: 3478 }] });
    const { stunFailed, warnings } = mediaAddresses(eth, config);
    expect([stunFailed, warnings.map(({ code }) => code)]).toEqual([
      true,
      ['stun-failed', 'unreachable'],
    ]);
    expect(mediaAddresses(eth, config, { mappings: [], stunAnswers: 1 }).stunFailed).toBe(false);
  });
});

test('kinds of addresses are Java’s: unique local and shared addresses count as reachable', () => {
  const reachable = ['1.1.1.1', '100.64.0.1', 'fd00::1', '2001:db8::1', '172.32.0.1'];
  const siteLocal = ['10.1.1.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fec0::1'];
  expect(reachable.map(isReachable)).not.toContain(false);
  expect(
    [...siteLocal, '127.0.0.1', '::1', '169.254.0.1', 'fe80::1'].map(isReachable),
  ).not.toContain(true);
  expect(['127.9.9.9', '::1'].map(isLoopback)).toEqual([true, true]);
  expect(['169.254.9.9', 'fe80::1', 'febf::1', 'fec0::1'].map(isLinkLocal)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

describe('addresses that nobody outside can reach', () => {
  const eth = [{ name: 'eth0', addresses: ['10.0.0.7'] }];
  const said = (addresses: Partial<AddressConfig>) =>
    mediaAddresses(eth, ice(addresses)).warnings.filter(({ code }) => code === 'unreachable');

  test('are said aloud, each by name, with what to do', () => {
    expect(said({})).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: expect.stringMatching(
          /CANNOT REACH.* 10\.0\.0\.7; set .*static-mappings/,
        ) as string,
      }),
    ]);
  });

  test('are no surprise with a mapping, or where loopback was asked for', () => {
    const staticMappings = [{ localAddress: '10.0.0.7', publicAddress: '203.0.113.7' }];
    expect(said({ staticMappings })).toEqual([]);
    expect(said({ loopback: true })).toEqual([]);
  });

  test('no address at all is another fault', () => {
    expect(said({ allowedAddresses: ['10.9.9.9'] })[0]?.message).toMatch(/no address is left/);
  });
});
