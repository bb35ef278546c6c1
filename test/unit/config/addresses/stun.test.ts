import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { resolveMappings } from '../../../../src/config/addresses/resolve-mappings.ts';
import { discoverByStun } from '../../../../src/config/addresses/stun-discovery.ts';
import {
  decodeMappedAddress,
  encodeBindingRequest,
} from '../../../../src/config/addresses/stun-message.ts';

/** No label of a name is longer than 63 characters, so nobody has to be asked. */
const unresolvable = 'x'.repeat(64);

/** An answer with one attribute, by default XOR-MAPPED-ADDRESS of an IPv4 address. */
function answer(transactionId: Uint8Array, address: string, type = 0x0020): Buffer {
  const attribute = Buffer.from([type >> 8, type & 0xff, 0, 8, 0, 1, 0x12, 0x34, 0, 0, 0, 0]);
  const bytes = Buffer.from(address.split('.').map(Number));
  attribute.writeUInt32BE((bytes.readUInt32BE() ^ 0x2112a442) >>> 0, 8);
  const header = encodeBindingRequest(transactionId);
  header.writeUInt16BE(0x0101, 0);
  header.writeUInt16BE(attribute.length, 2);
  return Buffer.concat([header, attribute]);
}

describe('messages', () => {
  // RFC 5769 §2.2: a sample response with SOFTWARE before XOR-MAPPED-ADDRESS 192.0.2.1.
  const sample = Buffer.from(
    '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643' +
      '000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
    'hex',
  );

  test('the sample of RFC 5769', () => {
    expect(decodeMappedAddress(sample, sample.subarray(8, 20))).toBe('192.0.2.1');
  });

  test('answers to somebody else, cut or with other attributes are none', () => {
    const id = randomBytes(12);
    const good = answer(id, '203.0.113.5');
    expect(decodeMappedAddress(good, id)).toBe('203.0.113.5');
    expect(decodeMappedAddress(good, randomBytes(12))).toBeUndefined();
    expect(decodeMappedAddress(good.subarray(0, -1), id)).toBeUndefined();
    expect(decodeMappedAddress(encodeBindingRequest(id), id)).toBeUndefined();
    expect(decodeMappedAddress(answer(id, '1.2.3.4', 0x8022), id)).toBeUndefined();
  });

  test('any bytes are survived', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const id = sample.subarray(8, 20);
        const message = Buffer.concat([sample.subarray(0, 20), bytes]);
        message.writeUInt16BE(bytes.length, 2);
        expect(['string', 'undefined']).toContain(typeof decodeMappedAddress(message, id));
      }),
    );
  });
});

describe('discovery', () => {
  const servers: Socket[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A server that leaves the first `ignored` requests unanswered. */
  async function startServer(ignored = 0): Promise<number> {
    const server = createSocket('udp4');
    servers.push(server);
    let seen = 0;
    server.on('message', (message, { port, address }) => {
      seen += 1;
      if (seen > ignored)
        server.send(answer(message.subarray(8, 20), '203.0.113.5'), port, address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  }

  test('every server is asked from every IPv4 address; lost packets are sent again', async () => {
    const stunServers = [
      { host: '127.0.0.1', port: await startServer(1) },
      { host: 'localhost', port: await startServer() },
    ];
    const config = { stunServers, discoveryTimeoutMs: 5000 };
    const found = await discoverByStun(['127.0.0.1', '::1'], config);
    const expected = { localAddress: '127.0.0.1', publicAddress: '203.0.113.5' };
    expect(found).toEqual([expected, expected]);
  });

  test('servers that do not answer, names that do not resolve and addresses that are not ours are left out', async () => {
    const port = await startServer(Infinity);
    const stunServers = [
      { host: '127.0.0.1', port },
      { host: unresolvable, port },
    ];
    const config = { stunServers, discoveryTimeoutMs: 200 };
    expect(await discoverByStun(['127.0.0.1', '192.0.2.77'], config)).toEqual([]);
  });
});

test('host names of mappings are looked up; what does not resolve is left out with a warning', async () => {
  const { mappings, warnings } = await resolveMappings([
    { localAddress: '10.0.0.7', publicAddress: 'localhost', name: 'a' },
    { localAddress: '10.0.0.7', publicAddress: unresolvable },
    { localAddress: '10.0.0.7', publicAddress: '1.1.1.1' },
  ]);
  expect(mappings).toEqual([
    { localAddress: '10.0.0.7', publicAddress: '127.0.0.1', name: 'a' },
    { localAddress: '10.0.0.7', publicAddress: '1.1.1.1' },
  ]);
  expect(warnings).toHaveLength(1);
});
