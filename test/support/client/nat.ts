import dgram from 'node:dgram';
import { once } from 'node:events';

export type Nat = {
  /** Clients send here. */
  readonly port: number;
  /** From now on the bridge sees another port, on this address of loopback, and its datagrams to the former one are lost. */
  rebind(address?: string): Promise<void>;
  /** Opens another way to the bridge beside the one in use. */
  open(address: string): Promise<NatPath>;
  /** From now on what this is true for does not come from the bridge to clients. */
  loseAnswers(isLost: (packet: Buffer) => boolean): void;
  /** To the bridge, as if a client had sent it. */
  send(packet: Buffer): void;
  /** To the client, as if the bridge had sent it. */
  answer(packet: Buffer): void;
  /** What clients sent to the bridge, in order. */
  readonly forwarded: readonly Buffer[];
  /** What the bridge sent to clients, in order. */
  readonly returned: readonly Buffer[];
  /** From now on loses what clients send and this is true of. */
  lose(which: (packet: Buffer) => boolean): void;
  close(): void;
};

export type NatPath = {
  send(packet: Buffer): void;
  /** What clients send goes this way from now on, but for what is lost. */
  use(isLost: (packet: Buffer) => boolean): void;
  /** What the bridge sent this way; clients got it. */
  readonly received: readonly Buffer[];
};

/** A NAT in front of the bridge: whoever sends to it last is who it stands for. Clients behind it have one address and port. */
export async function openNat(bridgePort: number): Promise<Nat> {
  const inside = await bound();
  let client: dgram.RemoteInfo | undefined;
  let isAnswerLost = (_packet: Buffer) => false;
  const returned: Buffer[] = [];
  const sockets = [inside];
  const answer = (packet: Buffer) => {
    if (client) inside.send(packet, client.port, client.address);
  };
  const openOutside = async (address?: string) => {
    const socket = await bound(address);
    sockets.push(socket);
    socket.on('message', (packet) => {
      returned.push(packet);
      if (!isAnswerLost(packet)) answer(packet);
    });
    return socket;
  };
  const close = (socket: dgram.Socket) => {
    sockets.splice(sockets.indexOf(socket), 1);
    socket.close();
  };
  let outside = await openOutside();
  let isLost = (_packet: Buffer) => false;
  const forwarded: Buffer[] = [];
  inside.on('message', (packet, from) => {
    client = from;
    if (isLost(packet)) return;
    forwarded.push(packet);
    outside.send(packet, bridgePort, '127.0.0.1');
  });
  return {
    port: inside.address().port,
    rebind: async (address) => {
      const next = await openOutside(address);
      close(outside);
      outside = next;
    },
    open: async (address) => {
      const socket = await openOutside(address);
      const received: Buffer[] = [];
      socket.on('message', (packet) => received.push(packet));
      return {
        send: (packet) => socket.send(packet, bridgePort, '127.0.0.1'),
        use: (isLostThere) => {
          outside = socket;
          isLost = isLostThere;
        },
        received,
      };
    },
    loseAnswers: (isLostThere) => (isAnswerLost = isLostThere),
    send: (packet) => outside.send(packet, bridgePort, '127.0.0.1'),
    answer,
    forwarded,
    returned,
    lose: (which) => (isLost = which),
    close: () => {
      for (const socket of [...sockets]) close(socket);
    },
  };
}

async function bound(address = '127.0.0.1'): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  return socket;
}
