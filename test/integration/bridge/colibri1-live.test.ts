// What a focus of 2018 changes in a running call, and what becomes of the call when the component is away.
import { xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { unwrapRtx } from '../../../loadtest/rtp/rtp-packet.ts';
import { ssrc } from '../../../src/model/ids.ts';
import type { Channel } from '../../../src/protocol/colibri1/conference.ts';
import type { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { Colibri1Focus, type LegacyEndpoint } from '../../support/bridge/colibri1-focus.ts';
import { startComponentBridge, untilAnswering } from '../../support/bridge/component-bridge.ts';
import { legacyOffer } from '../../support/bridge/legacy-offer.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import type { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { content } from '../../support/colibri1-scene.ts';
import { joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { startTcpRelay, type TcpRelay } from '../../support/prosody/tcp-relay.ts';
import { until } from '../../support/until.ts';

const jid = 'jitsi-videobridge.meet.test';
const secret = 'component-secret';
const voice = 301_420_017;

let prosody: Prosody;
let relay: TcpRelay;
let jicofo: Occupant;
let bridge: BridgeProcess;
let focus: Colibri1Focus;
let ada: { readonly endpoint: LegacyEndpoint; readonly client: WebRtcClient };
let bob: typeof ada;
const flows: { stop(): void }[] = [];

beforeAll(async () => {
  prosody = await startProsody({ components: { [jid]: secret } });
  relay = await startTcpRelay(prosody.componentPort);
  jicofo = await joinAsOccupant(prosody);
  bridge = await startComponentBridge(jicofo, { jid, secret, port: relay.port });
});
afterAll(async () => {
  await bridge.stop();
  await jicofo.leave();
  await relay.close();
  await prosody.close();
});
beforeEach(async () => {
  focus = new Colibri1Focus(jicofo, jid);
  ada = await focus.join('3fa91c07', { audio: announced([[voice]]) });
  bob = await focus.join('b2d60e5a', { audio: announced([[voice + 1]]) });
});
afterEach(async () => {
  for (const flow of flows.splice(0)) flow.stop();
  for (const { endpoint, client } of [ada, bob]) {
    client.close();
    await focus.expire(endpoint);
  }
});

function flowing<T extends { stop(): void }>(flow: T): T {
  flows.push(flow);
  return flow;
}

/** The lists of a channel for tracks of [SSRC, its RTX]; several make a `SIM` group. */
function announced(tracks: readonly (readonly [number, number?])[]): Partial<Channel> {
  const all = tracks.flat().filter((each) => each !== undefined);
  const pairs = tracks.filter((track) => track.length > 1);
  const simulcast = tracks.length > 1 ? [tracks.map(([primary]) => primary)] : [];
  return {
    sources: all.map((value) => ({ ssrc: ssrc(value), screen: false })),
    groups: [
      ...simulcast.map((members) => ({ semantics: 'SIM', ssrcs: members.map(ssrc) })),
      // As Jicofo does for sources that form no group (colibri1.md §3.8).
      ...(simulcast.length + pairs.length === 0 ? [{ semantics: 'SIM', ssrcs: [] }] : []),
      ...pairs.map((pair) => ({
        semantics: 'FID',
        ssrcs: pair.flatMap((each) => ssrc(each ?? 0)),
      })),
    ],
  };
}

/** A source change (colibri1.md §3.8): audio is repeated, video is new. */
const changeVideo = (video: Partial<Channel>) =>
  focus.ask({
    contents: [
      content('audio', { ...announced([[voice]]), id: ada.endpoint.handles.audio }),
      content('video', { ...video, id: ada.endpoint.handles.video }),
    ],
  });

const camera = (encodings: readonly (readonly [number, number])[]) =>
  flowing(
    new VideoFlow({
      client: ada.client,
      encodings: encodings.map(([primary, rtx]) => ({ ssrc: ssrc(primary), rtx: ssrc(rtx) })),
    }),
  );

/** Bob gets more packets of that SSRC than he has. */
async function arrives(value: number): Promise<void> {
  const before = bob.client.packetsOf(value).length;
  await until(() => {
    const count = bob.client.packetsOf(value).length - before;
    return count > 20 ? undefined : `Bob got ${count} packets of ${value}, ${bob.client.state}`;
  }, 30_000);
}

async function ceases(value: number): Promise<void> {
  await until(async () => {
    const before = bob.client.packetsOf(value).length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return bob.client.packetsOf(value).length === before ? undefined : `Bob still gets ${value}`;
  }, 30_000);
}

describe('a live channel', () => {
  it('changes from simulcast to one stream to none and back, while the sound goes on', async () => {
    const three = [
      [1001, 1011],
      [1002, 1012],
      [1003, 1013],
    ] as const;
    const sound = flowing(new AudioFlow({ client: ada.client, ssrc: voice }));
    await changeVideo(announced(three));
    const first = camera(three);
    await arrives(1001);
    await arrives(voice);
    // The first SSRC of the group carries it, and its partner what is repeated (colibri1.md §6.4).
    const wanted = bob.client.packetsOf(1001).at(-1)!;
    bob.client.send(buildNack(1, 1001, [wanted.sequenceNumber]));
    await until(() =>
      bob.client
        .packetsOf(1011)
        .some((packet) => unwrapRtx(packet).sequenceNumber === wanted.sequenceNumber)
        ? undefined
        : 'nothing was repeated',
    );
    const others = new Set(bob.client.received.map((packet) => packet.ssrc));
    expect([1002, 1003, 1012, 1013].filter((value) => others.has(value))).toEqual([]);

    // A screen in the place of the camera, without simulcast.
    const answer = await changeVideo(announced([[1501, 1502]]));
    expect(answer.contents[1]?.channels[0]?.ssrcs).toEqual([1501, 1502]);
    first.stop();
    const second = camera([[1501, 1502]]);
    await arrives(1501);
    await ceases(1001);

    const none = { sources: [{ screen: false }], groups: [{ semantics: 'SIM', ssrcs: [] }] };
    await changeVideo(none);
    await ceases(1501); // though Ada goes on sending it
    second.stop();

    await changeVideo(announced(three));
    camera(three);
    await arrives(1001);
    await arrives(voice);
    sound.stop();
    const sequence = bob.client.packetsOf(voice).map(({ sequenceNumber }) => sequenceNumber);
    const span = ((sequence.at(-1)! - sequence[0]!) & 0xffff) + 1;
    // Never interrupted: what a loaded machine drops on loopback is no tenth of it.
    expect(sequence.length).toBeGreaterThan(span * 0.9);
  });

  it('changes its payload types on the same SSRC, and goes to nobody who agreed to others', async () => {
    const video = legacyOffer.find(({ kind }) => kind === 'video')!;
    const types = (...ids: number[]) => video.payloadTypes.filter(({ id }) => ids.includes(id));
    const [vp8, vp9] = [types(100, 96), types(101, 97)];
    const change = ({ endpoint }: typeof ada, payloadTypes: typeof vp8) =>
      focus.ask({ contents: [content('video', { id: endpoint.handles.video, payloadTypes })] });
    await changeVideo(announced([[1001, 1011]]));
    await change(ada, vp8);
    const flow = camera([[1001, 1011]]);
    await arrives(1001);
    expect(new Set(bob.client.packetsOf(1001).map((packet) => packet.payloadType))).toEqual(
      new Set([100]),
    );

    await change(ada, [...vp9, ...vp8]);
    flow.setPayloadType(101);
    const typeIs = (wanted: number) =>
      until(() => {
        const now = bob.client.packetsOf(1001).at(-1)?.payloadType;
        return now === wanted ? undefined : `Bob gets ${now}`;
      }, 30_000);
    await typeIs(101);

    await change(bob, vp8);
    await ceases(1001);
    await change(bob, [...vp8, ...vp9]);
    await arrives(1001);
    await typeIs(101);
  });
});

describe('a component that is away', () => {
  const disco = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
  const probe = async () => (await jicofo.request(jid, disco)).attrs['type'];

  it('for a moment keeps the call and its ids; longer than a discovery, it is there again as before', async () => {
    flowing(new AudioFlow({ client: ada.client, ssrc: voice }));
    await arrives(voice);
    relay.cut();
    await arrives(voice);
    await untilAnswering(jicofo, jid);
    expect((await focus.ask({})).endpoints.map(({ id }) => id)).toEqual(['3fa91c07', 'b2d60e5a']);

    const before = relay.connections;
    relay.hangUpOn(3);
    relay.cut();
    // Its server answers a focus in its place, which takes the bridge for lost (colibri1.md §5.7).
    await until(async () => ((await probe()) === 'error' ? undefined : 'it is still there'));
    await arrives(voice);
    await until(
      () => (relay.connections > before + 3 ? undefined : 'not all were hung up on'),
      60_000,
    );
    await untilAnswering(jicofo, jid);
    expect(await probe()).toBe('result');
    // The same focus goes on with the ids it knows, and may set up another call.
    await focus.ask({ contents: [content('audio', { id: ada.endpoint.handles.audio })] });
    await arrives(voice);
    const other = new Colibri1Focus(jicofo, jid);
    await other.expire(await other.allocate('77c01d9e'));
  }, 120_000);
});

describe('a busy component', () => {
  it('answers discovery and health before it is done with what came before them', async () => {
    const flood = Array.from({ length: 40 }, () => new Colibri1Focus(jicofo, jid));
    let done = 0;
    const allocations = flood.map((each) =>
      each.allocate('aaaaaaaa', { expireSeconds: 5 }).then(() => (done += 1)),
    );
    const health = xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });
    const answers = [
      await jicofo.request(jid, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })),
      await jicofo.request(jid, health),
    ];
    const doneBefore = done;
    expect(answers.map(({ attrs }) => attrs['type'])).toEqual(['result', 'result']);
    await Promise.all(allocations);
    expect(doneBefore).toBeLessThan(flood.length);
  });
});

describe('a media worker that dies', () => {
  const wentOn = () =>
    bridge.log.filter(({ msg }) => msg === 'calls go on with another media worker').length;

  it('leaves its calls to the next one; twice within seconds it ends them, so that the focus invites everybody again', async () => {
    flowing(new AudioFlow({ client: ada.client, ssrc: voice }));
    await arrives(voice);
    const heard = bob.client.messages.length;
    const workers = bridge.workerPids();
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await until(() =>
      wentOn() >= 1 && bridge.workerPids().length === workers.length ? undefined : 'nobody went on',
    );
    await arrives(voice);
    // With the channel that the bridge opened: the state is told anew.
    await until(() => (bob.client.messages.length > heard ? undefined : 'Bob is told nothing'));
    await focus.ask({});
    for (const pid of bridge.workerPids()) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const refused = await focus.ask({}).catch((error: unknown) => String(error));
      return typeof refused === 'string' && refused.includes('bad-request')
        ? undefined
        : `answered ${JSON.stringify(refused)}, Ada is ${ada.client.state}`;
    }, 30_000);
    for (const { client } of [ada, bob]) client.close();
    // The next worker comes a moment later.
    await until(async () => {
      focus = new Colibri1Focus(jicofo, jid);
      const refused = await focus
        .join('3fa91c07', { audio: announced([[voice]]) })
        .then((joined) => void (ada = joined))
        .catch((error: unknown) => String(error));
      return refused ?? undefined;
    }, 30_000);
    bob = await focus.join('b2d60e5a', { audio: announced([[voice + 1]]) });
    flowing(new AudioFlow({ client: ada.client, ssrc: voice }));
    await arrives(voice);
  }, 120_000);
});
