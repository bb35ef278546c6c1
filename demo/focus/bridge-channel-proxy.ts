import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * Hands a WebSocket upgrade on to the bridge and joins both sockets, as the reverse proxy of a deployment does
 * for `/colibri-ws/`: one origin and one certificate serve the page, the signalling and the channel.
 */
export function proxyBridgeChannel(
  target: URL,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const send = target.protocol === 'wss:' ? httpsRequest : httpRequest;
  const upstream = send({
    host: target.hostname.replace(/^\[|\]$/g, ''),
    port: target.port,
    path: target.pathname + target.search,
    headers: { ...request.headers, host: target.host },
  });
  const abort = (): void => void client.destroy();
  upstream.on('error', abort);
  upstream.on('response', (response) => {
    client.end(`HTTP/1.1 ${response.statusCode ?? 502} ${response.statusMessage ?? ''}\r\n\r\n`);
    response.resume();
  });
  upstream.on('upgrade', (response, bridge, bridgeHead) => {
    const headers = response.rawHeaders.flatMap((value, index, all) =>
      index % 2 === 0 ? [`${value}: ${all[index + 1] ?? ''}`] : [],
    );
    client.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`);
    client.write(bridgeHead);
    bridge.write(head);
    bridge.on('error', abort).on('close', abort);
    client.on('error', () => bridge.destroy()).on('close', () => bridge.destroy());
    bridge.pipe(client).pipe(bridge);
  });
  client.on('error', () => upstream.destroy());
  upstream.end();
}
