import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A server that says what a test tells it to, for what no real one would say. */
export type ScriptedServer = {
  readonly port: number;
  readonly connections: number;
  close(): Promise<void>;
};

/**
 * Answers the opening of a stream and hands every further piece of input to `converse`.
 *
 * @param features what stands inside `<stream:features>` of a connection's first stream, its second and so on
 */
export async function startScriptedServer(
  features: readonly string[],
  converse: (input: string, say: (text: string) => void) => void,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    let streams = 0;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const say = (text: string) => void socket.write(text);
    socket.on('data', (data) => {
      const input = data.toString();
      if (!input.includes('<stream:stream')) {
        converse(input, say);
        return;
      }
      say(
        `<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='s1' version='1.0' ` +
          `xmlns:stream='http://etherx.jabber.org/streams' from='auth.meet.test'>` +
          `<stream:features>${features[streams++] ?? ''}</stream:features>`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
