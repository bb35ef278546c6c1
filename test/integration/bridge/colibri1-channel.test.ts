// The bridge channel of 2018 (colibri1.md chapter 4) with real clients, over both of its carriers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ssrc } from '../../../src/model/ids.ts';
import type { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { Colibri1Focus, type LegacyEndpoint } from '../../support/bridge/colibri1-focus.ts';
import { startComponentBridge } from '../../support/bridge/component-bridge.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import type { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const jid = 'jitsi-videobridge.meet.test';
const secret = 'component-secret';

type Person = { readonly endpoint: LegacyEndpoint; readonly client: WebRtcClient };
type Message = Readonly<Record<string, unknown>>;

let prosody: Prosody;
let jicofo: Occupant;
let bridge: BridgeProcess;
let focus: Colibri1Focus;
/** Ada only looks and listens; Bob and Eve have cameras, and only Bob a microphone, so that there is no doubt who speaks. */
let ada: Person;
let bob: Person;
let eve: Person;
const flows: { stop(): void }[] = [];

beforeAll(async () => {
  prosody = await startProsody({ components: { [jid]: secret } });
  jicofo = await joinAsOccupant(prosody);
  bridge = await startComponentBridge(jicofo, { jid, secret, port: prosody.componentPort });
  focus = new Colibri1Focus(jicofo, jid);
  bob = await sender('b2d60e5a', 2000, 2010);
  eve = await sender('e7e00000', 3000);
  ada = await focus.join('3fa91c07');
});
afterAll(async () => {
  for (const flow of flows) flow.stop();
  for (const { client } of [ada, bob, eve]) client.close();
  await bridge.stop();
  await jicofo.leave();
  await prosody.close();
});

async function sender(id: string, first: number, microphone?: number): Promise<Person> {
  const source = (value: number) => ({ ssrc: ssrc(value), screen: false });
  const layers = [0, 1, 2].map((place) => ssrc(first + place));
  const person = await focus.join(id, {
    audio: { sources: microphone === undefined ? [] : [source(microphone)] },
    video: {
      sources: layers.map(source),
      groups: [{ semantics: 'SIM', ssrcs: layers }],
    },
  });
  const encodings = layers.map((value) => ({ ssrc: value }));
  flows.push(new VideoFlow({ client: person.client, encodings }));
  if (microphone !== undefined) {
    flows.push(new AudioFlow({ client: person.client, ssrc: microphone }));
  }
  return person;
}

const say = ({ client }: Person, message: Message) => client.sendText(JSON.stringify(message));
const parsed = (messages: readonly string[]) =>
  messages.map((message) => JSON.parse(message) as Message);
const heard = ({ client }: Person, colibriClass: string) =>
  parsed(client.messages).filter((message) => message['colibriClass'] === colibriClass);

/** The last message of that class becomes as expected. */
const tells = (person: Person, expected: Message) =>
  until(() => {
    const last = heard(person, String(expected['colibriClass'])).at(-1);
    const wrong = Object.entries(expected).filter(
      ([name, value]) => JSON.stringify(last?.[name]) !== JSON.stringify(value),
    );
    return wrong.length === 0 ? undefined : `last heard ${JSON.stringify(last)}`;
  }, 30_000);

const forwards = (...lastNEndpoints: string[]) =>
  until(() => {
    const last = heard(ada, 'LastNEndpointsChangeEvent').at(-1);
    const ids = [...((last?.['lastNEndpoints'] ?? []) as string[])].sort();
    return ids.join() === [...lastNEndpoints].sort().join()
      ? undefined
      : `last heard ${JSON.stringify(last)}`;
  }, 30_000);

describe('the channel over SCTP', () => {
  it('is opened by the bridge on stream 0 as `default`, and begins with who speaks and is seen', async () => {
    await until(() => (ada.client.channelOpen ? undefined : 'no channel was opened'));
    expect(ada.client.channel).toEqual({ label: 'default', stream: 0 });
    await tells(ada, {
      colibriClass: 'DominantSpeakerEndpointChangeEvent',
      dominantSpeakerEndpoint: 'b2d60e5a',
    });
    await forwards('b2d60e5a', 'e7e00000');
  });

  it('answers ClientHello, and survives what is no message', async () => {
    ada.client.sendText('{');
    ada.client.sendText('[1]');
    ada.client.sendBinary(Buffer.from('{"colibriClass":"ClientHello"}'));
    say(ada, { colibriClass: 'Mystery' });
    say(ada, { colibriClass: 'LastNChangedEvent', lastN: 'x' });
    say(ada, { colibriClass: 'ClientHello' });
    await tells(ada, { colibriClass: 'ServerHello' });
    expect(heard(ada, 'ServerHello')).toHaveLength(1); // binary is passed over
  });

  it('limits last-n: who is selected comes first, then who is pinned, then who speaks', async () => {
    say(ada, { colibriClass: 'LastNChangedEvent', lastN: 1 });
    await forwards('b2d60e5a');
    say(ada, { colibriClass: 'PinnedEndpointChangedEvent', pinnedEndpoint: 'e7e00000' });
    await forwards('e7e00000');
    say(ada, { colibriClass: 'SelectedEndpointsChangedEvent', selectedEndpoints: ['b2d60e5a'] });
    await forwards('b2d60e5a');
    say(ada, { colibriClass: 'SelectedEndpointChangedEvent', selectedEndpoint: null });
    await forwards('e7e00000');
    say(ada, { colibriClass: 'PinnedEndpointsChangedEvent', pinnedEndpoints: [] });
    await forwards('b2d60e5a');
    say(ada, { colibriClass: 'LastNChangedEvent', lastN: -1 });
    await forwards('b2d60e5a', 'e7e00000');
    const [entered] = heard(ada, 'LastNEndpointsChangeEvent').slice(-1);
    expect(entered).toMatchObject({ endpointsEnteringLastN: ['e7e00000'] });
  });

  it('tells a sender whether it is on stage, unless no picture higher than a thumbnail is wanted', async () => {
    const isSelected = (value: boolean) =>
      tells(eve, { colibriClass: 'SelectedUpdateEvent', isSelected: value });
    say(ada, { colibriClass: 'SelectedEndpointsChangedEvent', selectedEndpoints: ['e7e00000'] });
    await isSelected(true);
    say(ada, { colibriClass: 'ReceiverVideoConstraint', maxFrameHeight: 180 });
    await isSelected(false);
    say(ada, { colibriClass: 'ReceiverVideoConstraint', maxFrameHeight: 720 });
    await isSelected(true);
    say(ada, { colibriClass: 'SelectedEndpointsChangedEvent', selectedEndpoints: [] });
    await isSelected(false);
  });

  it('carries messages to one or to all others, from whom they come', async () => {
    const message = { colibriClass: 'EndpointMessage', from: 'forged', msgPayload: { hand: 1 } };
    say(bob, { ...message, to: '3fa91c07' });
    await tells(ada, { ...message, from: 'b2d60e5a' });
    say(ada, { ...message, to: '' });
    await tells(eve, { ...message, from: '3fa91c07' });
    await tells(bob, { ...message, from: '3fa91c07' });
    expect(heard(eve, 'EndpointMessage')).toHaveLength(1);
  });
});

describe('the channel over WebSocket', () => {
  it('speaks the same words to a page without data channels', async () => {
    const page = await focus.join('0a11ce00', { sctp: false });
    const [url = ''] = page.endpoint.transport.webSocketUrls;
    expect(url).toMatch(/^ws:\/\/.*\/colibri-ws\/[^/]+\/[0-9a-f]{16}\/0a11ce00\?pwd=/);
    const socket = new WebSocket(url);
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    const has = (...words: string[]) =>
      until(() =>
        messages.some((message) => words.every((word) => message.includes(word)))
          ? undefined
          : `${words.join(' ')} is not in ${messages.join(' ')}`,
      );
    try {
      await has('ServerHello');
      await has('DominantSpeakerEndpointChangeEvent', '"b2d60e5a"');
      await has('LastNEndpointsChangeEvent', '"e7e00000"');
      socket.send(JSON.stringify({ colibriClass: 'LastNChangedEvent', lastN: 0 }));
      await has('"lastNEndpoints":[]');
      const wrong = new WebSocket(url.replace(/pwd=.*/, 'pwd=wrong'));
      const status = new Promise((resolve) =>
        wrong.on('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
      );
      wrong.on('error', () => undefined);
      expect(await status).toBe(403);
    } finally {
      page.client.close();
      await focus.expire(page.endpoint);
      await until(() => (socket.readyState === socket.CLOSED ? undefined : 'still open'));
    }
  });
});

describe('a client that is lost', () => {
  it('is reported in the strings that clients of 2018 compare', async () => {
    eve.client.close();
    await tells(ada, {
      colibriClass: 'EndpointConnectivityStatusChangeEvent',
      endpoint: 'e7e00000',
      active: 'false',
    });
  });
});
