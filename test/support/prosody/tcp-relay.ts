import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A hop between client and server that can fail as networks do. */
export type TcpRelay = {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** Breaks everything that is open; new connections work. */
  cut(): void;
  /** Hangs up on that many new connections at once, as a proxy does whose server is away. */
  hangUpOn(count: number): void;
  close(): Promise<void>;
};

/** Forwards connections to a port of this machine. */
export async function startTcpRelay(targetPort: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let hangUps = 0;
  const server = createServer((incoming) => {
    connections += 1;
    if (hangUps > 0) {
      hangUps -= 1;
      incoming.destroy();
      return;
    }
    const outgoing = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut,
    hangUpOn: (count) => {
      hangUps = count;
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
