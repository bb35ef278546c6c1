import { describe, expect, it } from 'vitest';
import { isPrivateAddress, localCandidates } from '../../../../src/io/media/candidates.ts';
import type { AdvertisedAddress } from '../../../../src/io/media/media-options.ts';

const table: readonly AdvertisedAddress[] = [
  { protocol: 'udp', ip: '192.168.1.5', type: 'host' },
  { protocol: 'udp', ip: '203.0.113.7', type: 'srflx', relatedAddress: '192.168.1.5' },
  { protocol: 'tcp', ip: '203.0.113.7', port: 443, type: 'host' },
];
const ports = { udp: 10_000, tcp: 4443 };

describe('localCandidates', () => {
  it('takes the listening port unless the table has one', () => {
    expect(localCandidates(table, ports, true).map(({ port }) => port)).toEqual([
      10_000, 10_000, 443,
    ]);
  });

  it('names the address behind a mapped one', () => {
    expect(localCandidates(table, ports, true)[1]).toMatchObject({
      type: 'srflx',
      relatedAddress: '192.168.1.5',
      relatedPort: 10_000,
    });
  });

  it('hides private addresses where they are not wanted, also as related ones', () => {
    const candidates = localCandidates(table, ports, false);
    expect(candidates.map(({ ip }) => ip)).toEqual(['203.0.113.7', '203.0.113.7']);
    expect(candidates[0]).toMatchObject({ relatedAddress: '0.0.0.0', relatedPort: 9 });
  });

  it('has no TCP candidates without a TCP port', () => {
    const candidates = localCandidates(table, { udp: 10_000 }, true);
    expect(candidates.every(({ protocol }) => protocol === 'udp')).toBe(true);
  });

  it('marks TCP candidates as passive', () => {
    expect(localCandidates(table, ports, true)[2]).toMatchObject({
      protocol: 'tcp',
      tcpType: 'passive',
    });
  });

  it('orders by RFC 8445 priorities within 32 bits: host before mapped, UDP before TCP', () => {
    const priorities = localCandidates(table, ports, true).map(({ priority }) => priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    expect(priorities.every((priority) => priority > 0 && priority < 2 ** 31)).toBe(true);
    // 126 * 2^24 + 65535 * 2^8 + 255: a host candidate with the highest local preference.
    expect(priorities[0]).toBe(2_130_706_431);
  });
});

describe('isPrivateAddress', () => {
  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    'fd00::1',
    'fc12::1',
    'fec0::1',
  ])('counts %s as private', (ip) => expect(isPrivateAddress(ip)).toBe(true));

  it.each([
    '172.15.0.1',
    '172.32.0.1',
    '193.168.0.1',
    '203.0.113.7',
    '2001:db8::1',
    'fe80::1',
    '127.0.0.1',
  ])('does not count %s', (ip) => expect(isPrivateAddress(ip)).toBe(false));
});
