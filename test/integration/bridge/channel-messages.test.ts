// Every message of the bridge channel (bridge-channel.md §2), both ways, on each of its carriers, with the compiled bridge.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BridgeMessage } from '../../../src/protocol/channel/bridge-message.ts';
import type { ClientMessage } from '../../../src/protocol/channel/client-message.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import {
  type Carrier,
  type Member,
  type Message,
  RestCall,
} from '../../support/bridge/rest-call.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';

type Mapping = {
  readonly source: string;
  readonly owner: string;
  readonly ssrc: number;
  readonly rtx?: number;
  readonly videoType?: string;
};

/** Ada looks and listens, Bob has a camera and a microphone, Eve has been invited and does not come. */
type Scene = {
  readonly call: RestCall;
  readonly ada: Member;
  readonly bob: Member;
  readonly eve: Member;
};

const camera = 'bbbbbbbb-v0';
const microphone = 'bbbbbbbb-a0';
const height = 360;

let bridge: BridgeProcess;

beforeAll(async () => {
  bridge = await BridgeProcess.start({
    config: `videobridge {
      ep-connection-status.first-transfer-timeout = 3 seconds
      connection-stats.interval = 1 second
    }`,
  });
});
afterAll(async () => {
  await bridge.stop();
});

const mappingOf = (member: Member, kind: 'VideoSourcesMap' | 'AudioSourcesMap', source: string) =>
  member
    .heard(kind)
    .flatMap(({ mappedSources }) => mappedSources as Mapping[])
    .find((mapping) => mapping.source === source);

/** Packets of the microphone come to Ada, or no longer do. */
async function isHeard({ ada }: Scene, expected: boolean): Promise<void> {
  await until(() => (mappingOf(ada, 'AudioSourcesMap', microphone) ? undefined : 'no mapping'));
  const { ssrc } = mappingOf(ada, 'AudioSourcesMap', microphone)!;
  let before = ada.client.packetsOf(ssrc).length;
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = ada.client.packetsOf(ssrc).length;
    const isComing = now > before;
    before = now;
    return isComing === expected ? undefined : `it is ${isComing ? '' : 'not '}heard`;
  });
}

const forwards = ({ ada }: Scene, ...forwardedSources: string[]) =>
  ada.told('ForwardedSources', { forwardedSources });

async function sees(scene: Scene): Promise<void> {
  scene.ada.say({
    colibriClass: 'ReceiverVideoConstraints',
    lastN: -1,
    defaultConstraints: { maxHeight: 0 },
    constraints: { [camera]: { maxHeight: height } },
  });
  await forwards(scene, camera);
}

/** What a client may say, and what comes of it. */
const fromClients: Record<ClientMessage['colibriClass'], (scene: Scene) => Promise<void>> = {
  ClientHello: async ({ ada }) => {
    const before = ada.heard('ServerHello').length;
    ada.say({ colibriClass: 'ClientHello' });
    await until(() => (ada.heard('ServerHello').length > before ? undefined : 'no answer'));
  },
  EndpointMessage: async ({ ada, bob }) => {
    const message = { msgPayload: { kind: 'wave', deep: [{ to: null }] }, more: 1 };
    for (const to of [bob.id, '']) {
      ada.say({ colibriClass: 'EndpointMessage', to, from: 'forged', ...message });
      await bob.told('EndpointMessage', { to, from: ada.id, ...message });
    }
    expect(ada.heard('EndpointMessage')).toEqual([]);
  },
  EndpointStats: async ({ ada, bob }) => {
    const stats = { bitrate: { upload: 1200 }, jvbRTT: 17 };
    bob.say({ colibriClass: 'EndpointStats', ...stats });
    await ada.told('EndpointStats', { from: bob.id, ...stats });
  },
  ReceiverVideoConstraints: async (scene) => {
    const { ada, bob } = scene;
    await sees(scene);
    await bob.told('SenderSourceConstraints', { sourceName: camera, maxHeight: height });
    const mapping = mappingOf(ada, 'VideoSourcesMap', camera);
    expect(mapping).toMatchObject({ owner: bob.id, videoType: 'CAMERA' });
    const { ssrc, rtx } = mapping!;
    expect([typeof ssrc, typeof rtx]).toEqual(['number', 'number']);
    await until(() => (ada.client.packetsOf(ssrc).length > 10 ? undefined : 'no picture comes'));
  },
  LastNChangedEvent: async (scene) => {
    const { ada, bob } = scene;
    await sees(scene);
    ada.say({ colibriClass: 'LastNChangedEvent', lastN: 0 });
    await forwards(scene);
    await bob.told('SenderSourceConstraints', { sourceName: camera, maxHeight: 0 });
    ada.say({ colibriClass: 'LastNChangedEvent', lastN: -1 });
    await forwards(scene, camera);
    await bob.told('SenderSourceConstraints', { sourceName: camera, maxHeight: height });
  },
  SourceVideoTypeMessage: (scene) =>
    switchesOff(scene, { colibriClass: 'SourceVideoTypeMessage', sourceName: camera }),
  VideoTypeMessage: (scene) => switchesOff(scene, { colibriClass: 'VideoTypeMessage' }),
  ReceiverAudioSubscription: async (scene) => {
    const say = (wish: Message) =>
      scene.ada.say({ colibriClass: 'ReceiverAudioSubscription', ...wish });
    for (const wish of [{ all: true, exclude: [microphone] }, { all: false }, { mode: 'None' }]) {
      say({ all: true });
      await isHeard(scene, true);
      say(wish);
      await isHeard(scene, false);
    }
    say({ all: false, include: [microphone] });
    await isHeard(scene, true);
    say({ all: true });
  },
};

async function switchesOff(scene: Scene, message: Message): Promise<void> {
  await sees(scene);
  scene.bob.say({ ...message, videoType: 'NONE' });
  await forwards(scene);
  scene.bob.say({ ...message, videoType: 'camera' });
  await forwards(scene, camera);
}

/** What the bridge says that nobody asked for just now. */
const unasked: Partial<Record<BridgeMessage['colibriClass'], (scene: Scene) => Promise<void>>> = {
  AudioSourcesMap: (scene) => isHeard(scene, true),
  DominantSpeakerEndpointChangeEvent: ({ ada, bob }) =>
    ada.told('DominantSpeakerEndpointChangeEvent', {
      dominantSpeakerEndpoint: bob.id,
      previousSpeakers: [],
      silence: false,
    }),
  ConnectionStats: async (scene) => {
    const { ada } = scene;
    await sees(scene);
    await until(() => (ada.heard('ConnectionStats').length > 1 ? undefined : 'none came'), 30_000);
    const { estimatedDownlinkBandwidth } = ada.heard('ConnectionStats').at(-1)!;
    expect(estimatedDownlinkBandwidth).toBeGreaterThan(10_000);
  },
  EndpointConnectivityStatusChangeEvent: async ({ call, ada, eve }) => {
    const told = (active: string) =>
      ada.told('EndpointConnectivityStatusChangeEvent', { endpoint: eve.id, active });
    await told('false');
    await call.connect(eve);
    await told('true');
  },
};

const everyClass: Record<BridgeMessage['colibriClass'], true> = {
  ServerHello: true,
  EndpointMessage: true,
  EndpointStats: true,
  DominantSpeakerEndpointChangeEvent: true,
  EndpointConnectivityStatusChangeEvent: true,
  ForwardedSources: true,
  SenderSourceConstraints: true,
  VideoSourcesMap: true,
  AudioSourcesMap: true,
  ConnectionStats: true,
};

describe.each<[Carrier]>([['websocket'], ['sctp']])('over %s', (carrier) => {
  let scene: Scene;
  const flows: { stop(): void }[] = [];

  beforeAll(async () => {
    const call = new RestCall(bridge);
    const ada = await call.join('aaaaaaaa', { carrier, ssrcRewriting: true });
    const bob = await call.join('bbbbbbbb', { carrier, microphone: 2001, camera: 3001 });
    const eve = await call.join('eeeeeeee', { carrier, connects: false });
    scene = { call, ada, bob, eve };
    flows.push(
      new AudioFlow({ client: bob.client, ssrc: 2001 }),
      new VideoFlow({ client: bob.client, encodings: bob.encodings }),
    );
  });
  afterAll(() => {
    for (const flow of flows) flow.stop();
    scene.call.close();
  });

  it.each(Object.entries(fromClients))('%s of a client is obeyed', async (_class, happens) => {
    await happens(scene);
  });

  it.each(Object.entries(unasked))('%s is told', async (_class, happens) => {
    await happens(scene);
  });

  it('has carried every class there is', () => {
    const { ada, bob } = scene;
    const classes = Object.keys(everyClass) as BridgeMessage['colibriClass'][];
    const missing = classes.filter((each) => [...ada.heard(each), ...bob.heard(each)].length === 0);
    expect(missing).toEqual([]);
  });
});

it('says over a WebSocket that comes back how things stand', async () => {
  const call = new RestCall(bridge);
  const ada = await call.join('aaaaaaaa', { carrier: 'websocket', ssrcRewriting: true });
  const bob = await call.join('bbbbbbbb', { carrier: 'websocket', microphone: 2001, camera: 3001 });
  const flows = [
    new AudioFlow({ client: bob.client, ssrc: 2001 }),
    new VideoFlow({ client: bob.client, encodings: bob.encodings }),
  ];
  await sees({ call, ada, bob, eve: bob });
  const classes = [
    'ServerHello',
    'ForwardedSources',
    'VideoSourcesMap',
    'AudioSourcesMap',
    'DominantSpeakerEndpointChangeEvent',
  ] as const;
  const told = (member: Member, each: (typeof classes)[number] | 'SenderSourceConstraints') =>
    until(() => (member.heard(each).length > 0 ? undefined : `${member.id} has no ${each}`));
  for (const each of classes) await told(ada, each);
  await told(bob, 'SenderSourceConstraints');
  const mapping = mappingOf(ada, 'VideoSourcesMap', camera);
  for (const member of [ada, bob]) {
    member.forget();
    await member.openChannel();
  }
  for (const each of classes) await told(ada, each);
  await told(bob, 'SenderSourceConstraints');
  expect(mappingOf(ada, 'VideoSourcesMap', camera)).toEqual(mapping);
  await ada.told('ForwardedSources', { forwardedSources: [camera] });
  for (const flow of flows) flow.stop();
  call.close();
});
