import { once } from 'node:events';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { connect } from 'node:net';
import type { WebSocketConfig } from '../../config/bridge-config.ts';
import type { XmppConfig } from '../../config/xmpp-config.ts';
import type { WebSocketFacts, XmppFacts } from '../../doctor/judge-signaling.ts';
import type { RunningBridge } from './running-bridge.ts';

const limitMs = 5000;

/** Each login, and what the running bridge says of it. */
export function xmppFacts(
  { clients }: XmppConfig,
  bridge: RunningBridge | undefined,
): Promise<XmppFacts[]> {
  return Promise.all(
    clients.map(async ({ id, hostname, port }) => {
      const failure = await tcpFailure(hostname, port);
      const link = bridge?.links.find((each) => each.id === id);
      const rooms = link?.rooms.map(({ jid, state }) => ({
        room: jid,
        joined: state.type === 'joined',
        ...(state.reason !== undefined && { reason: state.reason }),
      }));
      const offline = link && link.state.type !== 'online';
      return {
        id,
        server: `${hostname}:${port}`,
        ...(failure !== undefined && { failure }),
        ...(rooms && { rooms }),
        ...(offline && { state: link.lastError ?? link.state.reason ?? link.state.type }),
      };
    }),
  );
}

async function tcpFailure(host: string, port: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(limitMs) });
    return undefined;
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    return name === 'AbortError' ? 'no answer' : (code ?? message);
  } finally {
    socket.destroy();
  }
}

/** Every advertised URL, asked as a client would, with a password that cannot be right. */
export function webSocketFacts(
  { enabled, domains, serverId, tls }: WebSocketConfig,
  running: boolean,
): Promise<WebSocketFacts[]> {
  if (!enabled) return Promise.resolve([]);
  const path = `/colibri-ws/${encodeURIComponent(serverId)}/0/doctor?pwd=none`;
  return Promise.all(
    domains.map(async (domain) => ({
      domain,
      running,
      ...(await upgrade(`${tls ? 'https' : 'http'}://${domain}${path}`)),
    })),
  );
}

function upgrade(url: string): Promise<Pick<WebSocketFacts, 'answer' | 'failure'>> {
  const request = url.startsWith('https:') ? getTls : get;
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dHJlc3RsZSBkb2N0b3IhIQ==',
  };
  return new Promise((resolve) => {
    const asked = request(url, { headers, timeout: limitMs }, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body = (body + part.toString()).slice(0, 500)));
      answer.on('end', () => resolve({ answer: { status: answer.statusCode ?? 0, body } }));
    });
    asked
      .on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve({ answer: { status: answer.statusCode ?? 0, body: '' } });
      })
      .on('timeout', () => asked.destroy(new Error('no answer')))
      .on('error', (error: NodeJS.ErrnoException) =>
        resolve({ failure: error.code ?? error.message }),
      );
  });
}
