import dgram from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { atTheEnd } from '../../../support/at-the-end.ts';
import { parseUdpLine, UdpSockets } from '../../../../src/io/system/udp-sockets.ts';

it('reads a socket of IPv4: the address in machine order, the queue, the drops', () => {
  const line =
    '15563: 0100007F:D64A 00000000:0000 07 00000000:00000A80 00:00000000 00000000     0        0 112125 2 00000000abaadc97 17        ';
  expect(parseUdpLine(line)).toEqual([
    { address: '127.0.0.1:54858', inode: '112125', queuedBytes: 0xa80, drops: 17 },
  ]);
});

it.each([
  ['00000000000000000000000001000000', '[::1]'],
  ['00000000000000000000000000000000', '[::]'],
  ['B80D0120000000000000000001000000', '[2001:db8::1]'],
  ['B80D0120010000000000000000000000', '[2001:db8:0:1::]'],
])('reads an address of IPv6: %s is %s', (hex, address) => {
  const line = `9887: ${hex}:2710 ${'0'.repeat(32)}:0000 07 00000000:00000000 00:00000000 00000000 0 0 112127 2 00000000899a56d2 0`;
  expect(parseUdpLine(line)[0]?.address).toBe(`${address}:10000`);
});

it('takes nothing else', () => {
  expect(['', 'sl  local_address'].flatMap(parseUdpLine)).toEqual([]);
});

it('sees a socket of a process that was opened since the last look', async () => {
  const sockets = new UdpSockets();
  const ports = () =>
    (sockets.read([process.pid])[0] ?? []).map(({ address }) => Number(address.split(':').at(-1)));
  for (let count = 0; count < 2; count += 1) {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    atTheEnd(() => socket.close());
    await once(socket, 'listening');
    expect(ports()).toContain(socket.address().port);
  }
});
