import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { sourceName } from '../../../src/model/ids.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { workerWithCiphers } from '../../support/rtp/dtls-shim.ts';
import { until } from '../../support/until.ts';
import {
  AUDIO,
  VIDEO,
  check,
  died,
  expectOneStream,
  goesOn,
  hasFailed,
  kill,
  openCall as openCallOf,
  refusal,
} from './call-fixture.ts';
import {
  camera,
  forwarded,
  microphone,
  notMuted,
  packets,
  recordingLogger,
  type JoinOptions,
  openConference,
  startPlane,
  workerBin,
} from './media-fixture.ts';

/** Two who see and hear each other's one. */
async function openCall(plane: MediasoupPlane, options: JoinOptions = {}) {
  const call = await openCallOf(plane, options);
  atTheEnd(() => call.close());
  return call;
}

describe('a worker that dies', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'by %s leaves its calls to the next one',
    async (signal) => {
      const log = recordingLogger();
      const plane = await startPlane({}, log);
      const port = plane.ports?.udp;
      const { conference, bob } = await openCall(plane);
      const { ufrag, fingerprints } = bob.endpoint.localTransport();
      kill(plane, 0, signal);
      await died(plane, 1);
      await goesOn(bob);
      // The step of one skipped number separates a frame that was cut off from the next.
      expectOneStream(bob, AUDIO, 2);
      expectOneStream(bob, VIDEO, 3);
      expect(plane.ports?.udp).toBe(port);
      expect(bob.endpoint.localTransport()).toMatchObject({ ufrag, fingerprints });
      expect(conference.eventsOf('lost')).toEqual([]);
      expect(conference.eventsOf('transport-state').at(-1)).toMatchObject({ dtls: 'connected' });
      const lines = log.lines.filter(({ message }) => message.includes('media worker'));
      expect(lines.map(({ message }) => message)).toContain('media worker died');
      expect(JSON.stringify(log.lines)).not.toContain('resume:');
    },
  );

  it.each([1, 2])(
    'leaves calls over TCP to the next of %d, once the clients connect anew',
    async (workers) => {
      const plane = await startPlane({ workers });
      const { conference, bob } = await openCall(plane, { protocol: 'tcp' });
      kill(plane, 0, 'SIGKILL');
      await died(plane, 1);
      await goesOn(bob);
      expectOneStream(bob, AUDIO, 1000); // what is sent while there is no connection is lost
      expect(conference.eventsOf('lost')).toEqual([]);
      expect(conference.eventsOf('transport-state').at(-1)).toMatchObject({ dtls: 'connected' });
    },
  );

  it.each([
    ['IPv6 alone', ['::1'], '::1', 1],
    ['IPv6 alone', ['::1'], '::1', 2],
    ['the second of several addresses', ['127.0.0.1', '127.0.0.2', '::1'], '127.0.0.2', 2],
  ] as const)(
    'leaves calls over %s to the next one (%s, %s, %d workers)',
    async (_name, addresses, ip, workers) => {
      const plane = await startPlane({
        workers,
        listen: { addresses, udpPort: 0, tcpPort: 0 },
        advertise: [{ protocol: 'udp', ip, type: 'host' }],
      });
      const { conference, bob } = await openCall(plane);
      for (const place of plane.figures().workers.keys()) kill(plane, place, 'SIGKILL');
      await died(plane, workers);
      await goesOn(bob);
      expectOneStream(bob, AUDIO, 2);
      expectOneStream(bob, VIDEO, 3);
      expect(conference.eventsOf('lost')).toEqual([]);
    },
  );

  it('can be followed by newcomers, new plans and an ICE restart', async () => {
    const plane = await startPlane();
    const { conference, alice, bob } = await openCall(plane);
    kill(plane, 0, 'SIGKILL');
    // Asked for while there is no worker.
    const carol = await conference.join('carol');
    const source = microphone(alice.id, AUDIO);
    carol.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    await packets(carol.client, AUDIO, 20);
    await goesOn(bob);
    const restarted = await bob.endpoint.restartIce();
    expect(restarted?.iceGeneration).toBe(1);
    await goesOn(bob);
  });

  it('says that nothing is sent meanwhile, and when it goes on', async () => {
    const plane = await startPlane();
    const { conference, bob } = await openCall(plane);
    const reported = () =>
      conference
        .eventsOf('forwarding')
        .filter(({ source }) => source === 'alice-v0')
        .map(({ layer }) => layer?.encoding);
    const before = reported().length;
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    await goesOn(bob);
    expect(reported().slice(before, before + 1)).toEqual([undefined]);
    expect(reported().at(-1)).toBe(0);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)('by %s restarts no ICE meanwhile', async (signal) => {
    const plane = await startPlane();
    const { bob } = await openCall(plane);
    const before = bob.endpoint.localTransport();
    kill(plane, 0, signal);
    expect(await bob.endpoint.restartIce()).toEqual(before);
    await goesOn(bob);
    const restarted = await bob.endpoint.restartIce();
    expect(restarted?.iceGeneration).toBe(1);
    expect(restarted?.ufrag).not.toBe(before.ufrag);
    await goesOn(bob);
    expect(plane.figures().iceRestarts).toMatchObject({ started: 1, succeeded: 0 });
  });

  it.each([
    ['SIGKILL', 'alone', 1],
    ['SIGSTOP', 'alone', 1],
    ['SIGSTOP', 'beside another one', 2],
  ] as const)('by %s %s keeps new conferences waiting, no more', async (signal, _name, workers) => {
    const plane = await startPlane({ workers });
    kill(plane, 0, signal);
    if (signal === 'SIGKILL')
      await until(() => (plane.figures().workers[0]!.alive ? 'it lives' : undefined));
    const conference = await openConference(plane);
    await conference.join('alice');
    expect(plane.figures().workersDied).toBe(1);
    expect(conference.media.spread().workers).toEqual([workers - 1]);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'by %s does not touch the calls of another one',
    async (signal) => {
      const plane = await startPlane({ workers: 2 });
      const first = await openCall(plane);
      const second = await openCall(plane);
      expect(plane.figures().workers.map(({ conferences }) => conferences)).toEqual([1, 1]);
      kill(plane, 0, signal);
      await died(plane, 1);
      await goesOn(first.bob);
      await goesOn(second.bob);
      for (const ssrc of [AUDIO, VIDEO]) expectOneStream(second.bob, ssrc, 1);
      await second.conference.join('carol');
    },
  );

  it.each([
    ['SIGKILL', 0],
    ['SIGSTOP', 1700], // it is killed after seven times 250 ms
  ] as const)('by %s says how long its calls paused', async (signal, leastMs) => {
    const log = recordingLogger();
    let consumers: number | undefined;
    const plane: MediasoupPlane = await startPlane(
      {},
      {
        ...log,
        info(fields, message) {
          log.info(fields, message);
          if (message.startsWith('calls go on')) consumers = plane.figures().workers[0]?.consumers;
        },
      },
    );
    const { alice, bob } = await openCall(plane);
    const sources = Array.from({ length: 100 }, (_, place) => ({
      ...microphone(alice.id, AUDIO + place),
      name: sourceName(`${alice.id}-a${place}`),
    }));
    alice.endpoint.setReception({ sources, muted: notMuted });
    const streams = sources.map((source) => forwarded(alice.id, source));
    bob.endpoint.setPlan({ streams, idealBps: 0 });
    await until(() => {
      const [worker] = plane.figures().workers;
      return worker?.consumers === 100 ? undefined : `${worker?.consumers} consumers`;
    });
    kill(plane, 0, signal);
    await until(() => (consumers === undefined ? 'nothing was said' : undefined));
    expect(consumers).toBe(100);
    const { pauseMs } = log.lines.find(({ message }) => message.startsWith('calls go on'))!.fields;
    expect(pauseMs).toBeGreaterThan(leastMs);
  });

  it('hears of endpoints again as soon as they send anything', async () => {
    const plane = await startPlane();
    const call = await openCall(plane);
    const { conference, alice, bob } = call;
    await goesOn(bob, 200);
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    const signs = () =>
      conference.eventsOf('activity').filter(({ endpointId }) => endpointId === alice.id).length;
    const before = signs();
    await goesOn(bob, 1);
    call.stop(); // having sent much less than to the dead one
    await until(() => (signs() > before ? undefined : 'no sign of life of a client that sends'));
  });

  it('loses whose data channel cannot go on, and says so', async () => {
    // A cipher of which the journal knows nothing: what goes over DTLS itself is lost.
    const worker = workerWithCiphers(workerBin(), 'ECDHE+AESCCM');
    const plane = await startPlane({ workerBin: worker.path });
    const { conference, bob } = await openCall(plane);
    const carol = await conference.join('carol', { dataChannel: true });
    await until(() => (conference.eventsOf('channel-open').length > 0 ? undefined : 'no channel'));
    const source = camera(carol.id, 5001);
    carol.endpoint.setReception({ sources: [source], muted: notMuted });
    const flow = new VideoFlow({ client: carol.client, encodings: source.encodings });
    atTheEnd(() => flow.stop());
    const layers = () =>
      conference.eventsOf('layers').filter(({ endpointId }) => endpointId === carol.id);
    await until(() => (layers().length > 0 ? undefined : 'no layers'));
    kill(plane, 0, 'SIGKILL');
    await until(() => (hasFailed(conference, carol) ? undefined : 'nothing was said'));
    expect(layers().at(-1)).toMatchObject({ layers: [] });
    await goesOn(bob);
    // libwebrtc gives the path up and asks for a new invitation, where silence would last 15 s.
    expect(await refusal(plane, carol)).toBe(true);
    expect(await check(plane, bob)).toMatchObject({ isError: false, authentic: true });
    carol.endpoint.close();
    expect(await check(plane, carol, 500)).toBeUndefined();
  });

  it('twice within seconds ends its calls: they may be the cause', async () => {
    const plane = await startPlane();
    const { conference, bob } = await openCall(plane);
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    await goesOn(bob);
    kill(plane, 0, 'SIGKILL');
    await until(() => (conference.eventsOf('lost').length > 0 ? undefined : 'nothing was said'));
    expect(conference.events.at(-1)).toMatchObject({ type: 'lost' });
    // There is no worker for a while.
    await (await openConference(plane)).join('alice');
    expect(plane.figures().workersDied).toBe(2);
    expect(conference.eventsOf('lost')).toHaveLength(1);
  });
});
