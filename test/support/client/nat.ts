import dgram from 'node:dgram';
import { once } from 'node:events';

export type Nat = {
  /** Clients send here. */
  readonly port: number;
  /** From now on the bridge sees another port, and its datagrams to the former one are lost. */
  rebind(): Promise<void>;
  /** To the bridge, as if a client had sent it. */
  send(packet: Buffer): void;
  /** What clients sent to the bridge, in order. */
  readonly forwarded: readonly Buffer[];
  close(): void;
};

/** A NAT in front of the bridge: whoever sends to it last is who it stands for. Clients behind it have one address and port. */
export async function openNat(bridgePort: number): Promise<Nat> {
  const inside = await bound();
  let client: dgram.RemoteInfo | undefined;
  let outside = await bound();
  const listen = () =>
    outside.on('message', (packet) => {
      if (client) inside.send(packet, client.port, client.address);
    });
  listen();
  const forwarded: Buffer[] = [];
  inside.on('message', (packet, from) => {
    client = from;
    forwarded.push(packet);
    outside.send(packet, bridgePort, '127.0.0.1');
  });
  return {
    port: inside.address().port,
    rebind: async () => {
      const next = await bound();
      outside.close();
      outside = next;
      listen();
    },
    send: (packet) => outside.send(packet, bridgePort, '127.0.0.1'),
    forwarded,
    close: () => {
      inside.close();
      outside.close();
    },
  };
}

async function bound(): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
