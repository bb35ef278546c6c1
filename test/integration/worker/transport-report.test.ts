import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransportReports, type TransportReport } from '../../../src/io/media/transport-reports.ts';
import { BareWorker } from '../../support/rtp/bare-worker.ts';
import { buildBindingRequest } from '../../support/rtp/stun-message.ts';
import { until } from '../../support/until.ts';

let bare: BareWorker;
let reports: TransportReports;
let socket: Socket;
const received: (readonly TransportReport[])[] = [];

beforeEach(async () => {
  bare = await BareWorker.start();
  reports = await TransportReports.open(bare.worker);
  received.length = 0;
  reports.onReports((all) => received.push(all));
  socket = createSocket('udp4');
});

afterEach(() => {
  socket.close();
  bare.close();
});

async function report(): Promise<readonly TransportReport[]> {
  const before = received.length;
  reports.request();
  await until(() => (received.length > before ? undefined : 'no report'));
  return received[before]!;
}

function openTransport(): Promise<types.WebRtcTransport> {
  return bare.router.createWebRtcTransport({
    listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
  });
}

/** Exchanges one ICE check. */
async function check({ iceCandidates, iceParameters }: types.WebRtcTransport): Promise<void> {
  const { usernameFragment, password } = iceParameters;
  const username = `${usernameFragment}:client`;
  const answer = once(socket, 'message');
  socket.send(
    buildBindingRequest({ username, password, role: 'controlling' }),
    iceCandidates[0]?.port ?? 0,
    '127.0.0.1',
  );
  await answer;
}

describe('a report on all transports', () => {
  it('is empty without transports of endpoints', async () => {
    expect(await report()).toEqual([]);
  });

  it('has the bytes of each that is open', async () => {
    const [first, second] = [await openTransport(), await openTransport()];
    for (const transport of [first, second, second]) await check(transport);
    const rows = await report();
    expect(rows).toHaveLength(2);
    for (const transport of [first, second]) {
      const [{ bytesReceived, bytesSent } = {}] = await transport.getStats();
      expect(bytesReceived).toBeGreaterThan(20);
      expect(bytesSent).toBeGreaterThan(20);
      expect(rows).toContainEqual({
        transportId: transport.id,
        bytesIn: bytesReceived,
        bytesOut: bytesSent,
        lossIn: undefined,
        lossOut: undefined,
        rttMs: undefined,
      });
    }
    first.close();
    await check(second);
    expect((await report()).map(({ transportId }) => transportId)).toEqual([second.id]);
  });

  it('has those that received something since the one before, and once a second all', async () => {
    const [first, second] = [await openTransport(), await openTransport()];
    const idsReported = async () => (await report()).map(({ transportId }) => transportId);
    expect(await idsReported()).toEqual([first.id, second.id]);
    const reportedMs = performance.now();
    await check(second);
    const ids = await idsReported();
    expect(ids).toContain(second.id);
    // Unless this process slept for a second.
    if (performance.now() - reportedMs < 900) expect(ids).not.toContain(first.id);
    await until(async () => ((await idsReported()).includes(first.id) ? undefined : 'not yet'));
  });
});
