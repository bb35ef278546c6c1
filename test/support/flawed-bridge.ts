// A bridge with a fault of known size: the real one, reached over links that do to its packets exactly what they are told.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { openShapedLink, type ShapedLink } from './client/shaped-link.ts';

export type FlawedBridge = {
  /** Of its private REST interface. */
  readonly url: string;
  close(): void;
};

/**
 * Passes requests on to a bridge, and puts a link of its own before the media port each endpoint is told.
 *
 * @param flaw what to do to a link before it is used
 */
export async function startFlawedBridge(
  bridge: { readonly restUrl: string; readonly mediaPort: number },
  flaw: (link: ShapedLink) => void,
): Promise<FlawedBridge> {
  const links: ShapedLink[] = [];
  const toldPort = new RegExp(`("port":"?)${bridge.mediaPort}\\b`, 'g');
  const withLink = async (text: string): Promise<string> => {
    if (!toldPort.test(text)) return text;
    const link = await openShapedLink(bridge.mediaPort);
    flaw(link);
    links.push(link);
    return text.replaceAll(toldPort, `$1${link.port}`);
  };
  const server = createServer((request, response) => {
    void passOn(new URL(request.url ?? '/', bridge.restUrl), request).then(async (answer) => {
      response.statusCode = answer.status;
      response.end(await withLink(await answer.text()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
      for (const link of links) link.close();
    },
  };
}

async function passOn(url: URL, request: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return fetch(url, {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json', accept: request.headers.accept ?? '*/*' },
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  });
}

/** RTCP and RTP by their second byte (RFC 5761 §4), STUN and DTLS by their first (RFC 7983). */
export function isRtp(datagram: Buffer): boolean {
  const [first = 0, second = 0] = datagram;
  const type = second & 0x7f;
  return first >= 128 && first < 192 && !(type >= 64 && type < 96);
}
