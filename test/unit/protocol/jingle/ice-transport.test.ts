import { describe, expect, test } from 'vitest';
import type { XmlElement } from '../../../../src/base/xml-element.ts';
import { decodeCandidate } from '../../../../src/protocol/jingle/candidate.ts';
import { decodeFingerprint } from '../../../../src/protocol/jingle/fingerprint.ts';
import { decodeIceTransport } from '../../../../src/protocol/jingle/ice-transport.ts';
import { namespaces } from '../../../../src/protocol/jingle/namespaces.ts';
import { element } from '../../../../src/protocol/xml/element.ts';
import { ElementReader } from '../../../../src/protocol/xml/element-reader.ts';

const host: Record<string, string> = {
  component: '1',
  foundation: '1',
  generation: '0',
  id: 'c1',
  ip: '203.0.113.7',
  network: '0',
  port: '40000',
  priority: '2130706431',
  protocol: 'udp',
  type: 'host',
};

const candidate = (changes: Record<string, string> = {}) => {
  const attributes: Record<string, string> = { ...host, ...changes };
  return decodeCandidate((name) => attributes[name]);
};

const transport = (attrs: Record<string, string>, children: XmlElement[] = []) =>
  decodeIceTransport(
    ElementReader.root(element('transport', { xmlns: namespaces.ice, ...attrs }, children)),
  );

describe('a candidate', () => {
  test('is read', () => {
    expect(candidate({ 'rel-addr': '10.0.0.1', 'rel-port': '9', type: 'srflx' })).toEqual({
      foundation: '1',
      component: 1,
      protocol: 'udp',
      priority: 2_130_706_431,
      ip: '203.0.113.7',
      port: 40_000,
      type: 'srflx',
      relatedAddress: '10.0.0.1',
      relatedPort: 9,
    });
    expect(candidate({ ip: '2001:db8::1' })?.ip).toBe('2001:db8::1');
    expect(candidate({ protocol: 'tcp', tcptype: 'active' })?.tcpType).toBe('active');
  });

  test.each([
    ['an mDNS name', { ip: '4f1c2a90-0000-4000-8000-000000000000.local' }],
    ['a zoned address', { ip: 'fe80::1%eth0' }],
    ['another generation', { generation: '1' }],
    ['ssltcp', { protocol: 'ssltcp' }],
    ['an unknown type', { type: 'token' }],
    ['a port out of range', { port: '65536' }],
    ['a negative port', { port: '-1' }],
    ['a priority beyond 32 bits', { priority: '4294967296' }],
    ['a broken priority', { priority: '1e9' }],
  ])('with %s is none, and no error', (_what, changes) => {
    expect(candidate(changes)).toBeUndefined();
  });
});

describe('a fingerprint', () => {
  test('is read in its normal form', () => {
    const written = { hash: 'SHA-256', setup: 'active', value: ' ab:CD ' };
    expect(decodeFingerprint(written)).toEqual({
      hash: 'sha-256',
      value: 'AB:CD',
      setup: 'active',
    });
  });

  test.each(['', 'AB:', 'AB CD', 'AG:00', 'ABC', Array(65).fill('AB').join(':')])(
    '%j is none, and no error',
    (value) => {
      expect(decodeFingerprint({ hash: 'sha-256', setup: 'active', value })).toBeUndefined();
    },
  );

  test('without a known role states none', () => {
    expect(decodeFingerprint({ hash: 'sha-1', setup: 'holdconn', value: 'AB' })?.setup).toBe(
      'actpass',
    );
    expect(decodeFingerprint({ hash: undefined, setup: undefined, value: 'AB' })).toBeUndefined();
  });
});

describe('a transport a client made up', () => {
  test('is read as far as it makes sense', () => {
    const broken = transport({ ufrag: 'x'.repeat(257), pwd: 'secret', 'ice-generation': 'soon' }, [
      element('candidate', { ...host, ip: 'nowhere' }),
      element('candidate', host),
      element('fingerprint', { xmlns: namespaces.dtls, hash: 'sha-256' }, ['not hex']),
    ]);
    expect(broken).toEqual({
      candidates: [expect.objectContaining({ ip: '203.0.113.7' })],
      fingerprints: [],
      webSocketUrls: [],
    });
  });

  test('with endless lists is read to their caps', () => {
    const many = Array.from({ length: 500 }, () => element('candidate', host));
    expect(transport({ ufrag: 'u', pwd: 'p' }, many).candidates).toHaveLength(100);
  });

  test('has rounds of ICE from 1', () => {
    expect(transport({ 'ice-generation': '2' }).iceGeneration).toBe(2);
    expect(transport({ 'ice-generation': '0' }).iceGeneration).toBeUndefined();
  });
});
