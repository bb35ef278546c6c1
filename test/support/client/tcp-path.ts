import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { Candidate } from '../../../src/model/transport.ts';

export type TcpPath = { readonly candidate: Candidate; close(): void };

/**
 * Carries a client's datagrams over TCP with RFC 4571 framing to a passive ICE-TCP candidate. The client's own library (libjuice
 * 1.7) now and then writes a packet twice when two of its threads meet, so it speaks UDP to this path instead. A connection that
 * ends is opened anew by the next datagram, as libwebrtc does (p2p/base/tcp_port.cc).
 *
 * @returns the UDP candidate that stands for `remote`
 */
export async function openTcpPath(remote: Candidate): Promise<TcpPath> {
  let client: dgram.RemoteInfo | undefined;
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  const connect = () =>
    openStream(remote, (packet) => {
      if (client) socket.send(packet, client.port, client.address);
    });
  let stream = connect();
  await Promise.all([once(socket, 'listening'), once(stream, 'connect')]);
  socket.on('message', (packet, from) => {
    client = from;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length);
    if (stream.destroyed) stream = connect();
    stream.write(Buffer.concat([length, packet]));
  });
  const { foundation, component, priority, type } = remote;
  const { address: ip, port } = socket.address();
  return {
    candidate: { foundation, component, priority, type, protocol: 'udp', ip, port },
    close: () => {
      stream.destroy();
      socket.close();
    },
  };
}

/** @param onPacket gets what comes, without its length in front */
function openStream(remote: Candidate, onPacket: (packet: Buffer) => void): net.Socket {
  const stream = net.connect({ host: remote.ip, port: remote.port, noDelay: true });
  stream.on('error', () => stream.destroy()); // the client's ICE notices
  stream.on('end', () => stream.destroy());
  let pending = Buffer.alloc(0);
  stream.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      onPacket(pending.subarray(2, end));
      pending = pending.subarray(end);
    }
  });
  return stream;
}
