// A client that comes from another address in the middle of a call: another network, another interface.
import { expect, it } from 'vitest';
import { isRtcp } from '../../../loadtest/rtp/rtp-packet.ts';
import { endpointId } from '../../../src/model/ids.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { openNat } from '../../support/client/nat.ts';
import type { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { buildBindingRequest, isStun } from '../../support/rtp/stun-message.ts';
import { until } from '../../support/until.ts';
import { DecidedCall } from './decided-call.ts';
import { microphone, packets, startPlane } from './media-fixture.ts';

const alice = endpointId('alice');
const bob = endpointId('bob');

/** Alice and Bob hear each other; Bob's datagrams come from 127.0.0.2. */
async function open(workers = 1) {
  const plane = await startPlane({ workers });
  const nat = await openNat(plane.ports!.udp);
  atTheEnd(() => nat.close());
  await nat.rebind('127.0.0.2');
  const call = new DecidedCall(plane);
  const clients = {
    alice: await call.join(alice, [microphone(alice, 1001)]),
    bob: await call.join(bob, [microphone(bob, 2001)], nat.port),
  };
  for (const id of [alice, bob]) call.wantVideo(id, 720);
  for (const [client, ssrc] of [
    [clients.alice, 1001],
    [clients.bob, 2001],
  ] as const) {
    const flow = new AudioFlow({ client, ssrc });
    atTheEnd(() => flow.stop());
  }
  const heard = (id: typeof alice) => call.receiver(id).plan.streams[0]?.ssrc ?? 0;
  const both = async (count: number) => {
    for (const [id, client] of [
      [alice, clients.alice],
      [bob, clients.bob],
    ] as const) {
      await until(() => (heard(id) > 0 ? undefined : `${id} is to hear nothing`));
      await packets(client, heard(id), client.packetsOf(heard(id)).length + count);
    }
  };
  await both(30);
  return { call, nat, clients, heard, both };
}

/** How often numbers are missing between two packets; two paths may deliver in another order. */
function gaps(client: WebRtcClient, ssrc: number): number {
  const numbers = client.packetsOf(ssrc).map(({ sequenceNumber }) => sequenceNumber);
  const base = numbers[0]! - 0x4000;
  const sorted = numbers.map((number) => (number - base) & 0xffff).sort((a, b) => a - b);
  return sorted.filter((number, place) => place > 0 && number - sorted[place - 1]! > 1).length;
}

it.each([1, 2])(
  'goes on with the next check, nothing being signalled (%d workers)',
  async (workers) => {
    const { nat, clients, heard, both } = await open(workers);
    await nat.rebind('127.0.0.3');
    await both(50);
    // One stream, as before: what was under way meanwhile is lost, nothing else, and nothing is made anew.
    for (const [id, client] of [
      [alice, clients.alice],
      [bob, clients.bob],
    ] as const) {
      expect(client.connected).toBe(true);
      expect(gaps(client, heard(id))).toBeLessThanOrEqual(1);
      expect(new Set(client.received.map(({ ssrc }) => ssrc))).toEqual(new Set([heard(id)]));
    }
  },
);

it('stays on the old path after an ICE restart until the new one was checked, and loses nothing', async () => {
  const { call, nat, clients, heard, both } = await open();
  const path = await nat.open('127.0.0.3');
  const sent = () => path.received.filter((packet) => !isStun(packet) && !isRtcp(packet)).length;

  const restarted = await call.update(bob, { restartIce: true });
  expect(restarted).toMatchObject({ iceGeneration: 1 });
  await both(30);
  expect(path.received).toEqual([]);

  const { ufrag, pwd } = restarted!;
  const check = { username: `${ufrag}:bob`, password: pwd, role: 'controlling' } as const;
  path.send(buildBindingRequest(check));
  await until(() => (path.received.some(isStun) ? undefined : 'the check is not answered'));
  // This client's library knows no restarts: its own checks would still have the former credentials.
  path.use(isStun);
  await call.update(bob, { transport: { ...clients.bob.remoteTransport(), iceGeneration: 1 } });
  await both(10);
  const before = { sent: sent(), heard: clients.bob.packetsOf(heard(bob)).length };
  await both(50);
  const now = { sent: sent(), heard: clients.bob.packetsOf(heard(bob)).length };
  expect(now.sent - before.sent).toBeGreaterThanOrEqual(now.heard - before.heard);
  expect(gaps(clients.bob, heard(bob))).toBe(0);
  expect(gaps(clients.alice, heard(alice))).toBe(0);
});
