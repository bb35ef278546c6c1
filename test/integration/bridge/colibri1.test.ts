// A Jicofo of August 2018 and the bridge behind a real Prosody's component port.
import { xml } from '@xmpp/client';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../../src/base/xml-element.ts';
import { toLibraryElement } from '../../../src/io/xmpp/library-element.ts';
import type { LibraryElement } from '../../../src/io/xmpp/xmpp-entity.ts';
import { ssrc } from '../../../src/model/ids.ts';
import type { ConferenceDescription } from '../../../src/protocol/colibri1/conference.ts';
import { decodeConference } from '../../../src/protocol/colibri1/conference-xml.ts';
import { type ComponentRequest, readComponentCall } from '../../golden/recorded-component-call.ts';
import type { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { Colibri1Focus } from '../../support/bridge/colibri1-focus.ts';
import { startComponentBridge, untilAnswering } from '../../support/bridge/component-bridge.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { content } from '../../support/colibri1-scene.ts';
import { child, joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const jid = 'jitsi-videobridge.meet.test';
const secret = 'x7#Qm@2pLt';
const colibri = 'http://jitsi.org/protocol/colibri';

let prosody: Prosody;
let jicofo: Occupant;
let bridge: BridgeProcess;

beforeAll(async () => {
  prosody = await startProsody({ components: { [jid]: secret } });
  jicofo = await joinAsOccupant(prosody);
  bridge = await startBridge();
});
afterAll(async () => {
  await bridge.stop();
  await jicofo.leave();
  await prosody.close();
});

function startBridge(): Promise<BridgeProcess> {
  return startComponentBridge(jicofo, {
    jid,
    secret,
    port: prosody.componentPort,
    args: ['-Dorg.jitsi.videobridge.AUTHORIZED_SOURCE_REGEXP=focus@auth.meet.test/.*'],
  });
}

function conditionOf(reply: LibraryElement): string | undefined {
  const [first] = child(reply, 'error')?.children ?? [];
  return typeof first === 'object' ? first.name : undefined;
}

describe('the recorded dialogue', () => {
  it('is answered as the recording expects it, request for request', async () => {
    const recorded = readComponentCall();
    expect(recorded.length).toBeGreaterThan(20);
    /** Ids of the recording → ours. */
    const ids = new Map<string, string>();
    for (const request of recorded) {
      const payload = toLibraryElement(withOurIds(request.payload, ids));
      const reply = await jicofo.request(jid, payload, request.type);
      expect(reply.attrs['type'], request.id).toBe('result');
      const answer = child(reply, 'conference');
      if (answer) compare(request, answer, ids);
    }
    expect(ids.size).toBe(10); // the conference, and three handles each of three people
    // In the end everybody was expired.
    const empty = xml('conference', { xmlns: colibri, id: ids.get(conferenceId(recorded)) ?? '' });
    const last = child(await jicofo.request(jid, empty, 'set'), 'conference');
    expect(last && decodeConference(last)).toMatchObject({ value: { endpoints: [] } });
  });
});

function conferenceId(recorded: readonly ComponentRequest[]): string {
  const ids = recorded.map(({ answer }) => answer?.attrs['id']).filter((id) => id !== undefined);
  return ids[0] ?? '';
}

/** Reads our answer, checks colibri1.md §2.3 on it, and compares it with the recorded one. */
function compare(request: ComponentRequest, answer: XmlElement, ids: Map<string, string>): void {
  const ours = decodeConference(answer);
  const theirs = request.answer && decodeConference(request.answer);
  if (!ours.ok || !theirs?.ok) throw new Error(`${request.id} cannot be read`);
  checkComplete(ours.value, request.id);
  checkAnnounced(request, ours.value);
  checkEndpoints(ours.value, theirs.value, request.id);
  learnIds(ours.value, theirs.value, ids);
  const known = (id: string | undefined) => ids.get(id ?? '') ?? id;
  expect(
    comparable(ours.value, (id) => id),
    request.id,
  ).toEqual(comparable(theirs.value, known));
}

/** colibri1.md §2.3: what a complete answer contains. */
function checkComplete(answer: ConferenceDescription, id: string): void {
  expect(answer.id, id).toMatch(/^[0-9a-f]{1,16}$/);
  const bundles = new Set(answer.bundles.map((bundle) => bundle.id));
  for (const { name, channels, sctpConnections } of answer.contents) {
    expect(['audio', 'video', 'data'], id).toContain(name);
    for (const handle of [...channels, ...sctpConnections]) {
      expect(handle, id).toMatchObject({ initiator: true, expireSeconds: 60 });
      expect(handle.id, id).toMatch(/^[0-9a-f]{1,16}$/);
      expect(handle.bundle, id).toBe(handle.endpoint);
      expect(handle.transport, id).toBeUndefined();
    }
    for (const channel of channels) {
      expect(channel.sources, id).toHaveLength(1);
      expect(channel.relayType, id).toBe('translator');
      expect(channel.lastN, id).toBe(name === 'video' ? -1 : undefined);
    }
  }
  for (const { transport } of answer.bundles) {
    expect(transport?.credentials, id).toBeDefined();
    expect(transport?.candidates.length, id).toBeGreaterThan(0);
    expect(transport?.fingerprints, id).toMatchObject([{ hash: 'sha-256', setup: 'actpass' }]);
  }
  expect(bundles.size, id).toBe(answer.bundles.length);
}

/** What a request announces stands in its answer; the bridge of the recording left that out. */
function checkAnnounced({ id, payload }: ComponentRequest, answer: ConferenceDescription): void {
  const request = decodeConference(payload);
  if (!request.ok) throw request.error;
  for (const { name, channels } of request.value.contents) {
    const answered = answer.contents.find((each) => each.name === name)?.channels ?? [];
    for (const [place, { sources }] of channels.entries()) {
      if (sources.length === 0) continue;
      const announced = sources.flatMap((source) => source.ssrc ?? []);
      expect(answered[place]?.ssrcs, `${id} ${name}`).toEqual(announced);
    }
  }
}

/** Those with channels, and nobody else; the bridge of the recording never let go of one. */
function checkEndpoints(ours: ConferenceDescription, theirs: ConferenceDescription, id: string) {
  const here = ours.endpoints.map((endpoint) => endpoint.id);
  const mentioned = ours.contents.flatMap(({ channels }) => channels.map((each) => each.endpoint));
  expect(here, id).toEqual(expect.arrayContaining(mentioned));
  expect(
    theirs.endpoints.map((endpoint) => endpoint.id),
    id,
  ).toEqual(expect.arrayContaining(here));
}

function learnIds(
  ours: ConferenceDescription,
  theirs: ConferenceDescription,
  ids: Map<string, string>,
): void {
  const learn = (from?: string, to?: string) => from && to && ids.set(from, to);
  learn(theirs.id, ours.id);
  for (const [at, { channels, sctpConnections }] of theirs.contents.entries()) {
    const same = ours.contents[at];
    channels.forEach(({ id }, place) => learn(id, same?.channels[place]?.id));
    sctpConnections.forEach(({ id }, place) => learn(id, same?.sctpConnections[place]?.id));
  }
}

/** Without what every bridge chooses for itself, and without what has checks of its own. */
function comparable(
  conference: ConferenceDescription,
  id: (recorded: string | undefined) => string | undefined,
) {
  return {
    ...conference,
    id: id(conference.id),
    contents: conference.contents.map((each) => ({
      ...each,
      channels: each.channels.map((channel) => ({
        ...channel,
        id: id(channel.id),
        sources: channel.sources.length,
        ssrcs: undefined,
      })),
      sctpConnections: each.sctpConnections.map((item) => ({ ...item, id: id(item.id) })),
    })),
    bundles: conference.bundles.map((bundle) => bundle.id),
    endpoints: undefined,
  };
}

function withOurIds(element: XmlElement, ids: ReadonlyMap<string, string>): XmlElement {
  const attrs = Object.entries(element.attrs).map(([name, value]) => {
    return [name, name === 'id' ? (ids.get(value ?? '') ?? value) : value] as const;
  });
  return {
    name: element.name,
    attrs: Object.fromEntries(attrs),
    children: element.children.map((each) =>
      typeof each === 'string' ? each : withOurIds(each, ids),
    ),
  };
}

describe('a call', () => {
  it('goes on the senders’ own SSRCs, is muted by the focus, and has the channel of 2018', async () => {
    const focus = new Colibri1Focus(jicofo, jid);
    const microphone = (value: number) => ({
      audio: { sources: [{ ssrc: ssrc(value), screen: false }] },
    });
    const ada = await focus.join('3fa91c07', microphone(301_420_017));
    const bob = await focus.join('b2d60e5a', microphone(301_420_018));
    const voice = new AudioFlow({ client: ada.client, ssrc: 301_420_017 });
    try {
      const heard = () => bob.client.packetsOf(301_420_017).length;
      await until(() => (heard() > 20 ? undefined : `Bob hears nothing: ${bob.client.state}`));
      for (const { client } of [ada, bob]) {
        await until(() => (client.channelOpen ? undefined : 'no channel was opened'));
        expect(client.channel).toEqual({ label: 'default', stream: 0 });
      }
      // A message of one client to all others.
      ada.client.sendText('{"colibriClass":"EndpointMessage","to":"","msgPayload":{"raise":1}}');
      const received = (text: string) =>
        until(() =>
          bob.client.messages.some((message) => message.includes(text)) ? undefined : text,
        );
      await received('"msgPayload":{"raise":1}');
      await received('DominantSpeakerEndpointChangeEvent');
      await received('LastNEndpointsChangeEvent');
      const mute = (direction: 'sendonly' | 'sendrecv') =>
        focus.ask({ contents: [content('audio', { id: ada.endpoint.handles.audio, direction })] });
      await mute('sendonly');
      await until(async () => {
        const before = heard();
        await new Promise((resolve) => setTimeout(resolve, 500));
        return heard() === before ? undefined : 'Bob still hears Ada';
      });
      const before = heard();
      await mute('sendrecv');
      await until(() => (heard() > before + 20 ? undefined : 'Bob does not hear Ada again'));
    } finally {
      voice.stop();
      for (const { endpoint } of [ada, bob]) await focus.expire(endpoint);
      ada.client.close();
      bob.client.close();
    }
  });
});

describe('time and rights', () => {
  it('ends channels after their time, and keeps the conference for the next', async () => {
    const focus = new Colibri1Focus(jicofo, jid);
    await focus.allocate('aaaaaaaa', { expireSeconds: 2 });
    expect((await focus.ask({})).endpoints).toHaveLength(1);
    await until(async () => {
      const { endpoints } = await focus.ask({});
      return endpoints.length === 0 ? undefined : 'the endpoint is still there';
    }, 30_000);
    const next = await focus.allocate('bbbbbbbb');
    expect((await focus.ask({})).endpoints.map(({ id }) => id)).toEqual(['bbbbbbbb']);
    await focus.expire(next);
  });

  it('gives nobody but its focus a conference, and a stranger nothing at all', async () => {
    const focus = new Colibri1Focus(jicofo, jid);
    const { id } = await focus.ask({ name: 'standup' });
    const again = await joinAsOccupant(prosody, { join: false });
    const stranger = await joinAsOccupant(prosody, {
      username: 'jvb',
      password: 'jvb-secret',
      join: false,
    });
    try {
      const query = () => xml('conference', { xmlns: colibri, id: id ?? '' });
      expect(conditionOf(await again.request(jid, query(), 'set'))).toBe('bad-request');
      const refused = await stranger.request(jid, query(), 'set');
      expect(conditionOf(refused)).toBe('not-authorized');
      expect(child(refused, 'error')?.attrs['type']).toBe('auth');
    } finally {
      await again.leave();
      await stranger.leave();
    }
  });

  it('keeps conferences and ids while the component is away', async () => {
    const focus = new Colibri1Focus(jicofo, jid);
    await focus.allocate('cccccccc', { expireSeconds: 5 });
    await prosody.kill();
    await prosody.restart();
    jicofo = await joinAsOccupant(prosody);
    await untilAnswering(jicofo, jid);
    // A focus that merely reconnected keeps its resource; this one has another, so REST is asked.
    const list = (await (await fetch(`${bridge.restUrl}/colibri/conferences`)).json()) as unknown[];
    expect(list.length).toBeGreaterThan(0);
    const anew = new Colibri1Focus(jicofo, jid);
    await anew.allocate('dddddddd', { expireSeconds: 5 });
  });

  it('keeps a client that sends nothing but checks of its path, and none that is gone', async () => {
    const focus = new Colibri1Focus(jicofo, jid);
    // libjuice checks every 15 s.
    const quiet = await focus.join('abcdef01', { expireSeconds: 22 });
    const gone = await focus.join('abcdef02', { expireSeconds: 2 });
    try {
      for (const { client } of [quiet, gone]) {
        await until(() => (client.connected ? undefined : client.state));
      }
      const connectedMs = Date.now();
      gone.client.close();
      const rest = `${bridge.restUrl}/colibri/conferences/${focus.id}`;
      const here = async () => {
        const { endpoints } = (await (await fetch(rest)).json()) as { endpoints: { id: string }[] };
        return endpoints.map(({ id }) => id).join();
      };
      await until(async () => ((await here()) === 'abcdef01' ? undefined : here()), 30_000);
      // Looked at every 5 s: 22 s after the last request it would be over.
      await until(async () => {
        expect(await here()).toBe('abcdef01');
        return Date.now() - connectedMs > 32_000 ? undefined : 'too early to say';
      }, 60_000);
    } finally {
      quiet.client.close();
      await focus.expire(quiet.endpoint);
    }
  }, 120_000);

  it('shows its secret to nobody', () => {
    const commandLine = readFileSync(`/proc/${bridge.pid}/cmdline`, 'utf8');
    expect(commandLine).toContain('--secret=***');
    expect(commandLine).not.toContain(secret);
    expect(JSON.stringify(bridge.log) + bridge.stderr).not.toContain(secret);
  });
});

describe('over REST', () => {
  it('does the same in JSON', async () => {
    const url = `${bridge.restUrl}/colibri/conferences`;
    const send = async (method: string, path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as Record<string, never> };
    };
    const handle = { endpoint: 'eeeeeeee', 'channel-bundle-id': 'eeeeeeee', expire: 10 };
    const made = await send('POST', '', { contents: [{ name: 'audio', channels: [handle] }] });
    expect(made).toMatchObject({
      status: 200,
      body: {
        contents: [{ name: 'audio', channels: [{ ...handle, sources: [expect.any(Number)] }] }],
        'channel-bundles': [{ id: 'eeeeeeee', transport: { 'rtcp-mux': true } }],
        endpoints: [{ id: 'eeeeeeee' }],
      },
    });
    const { id } = made.body;
    const whole = await fetch(`${url}/${String(id)}`);
    expect(await whole.json()).toMatchObject({ id, contents: [{ name: 'audio' }] });
    expect((await send('POST', '', { id })).status).toBe(400);
    expect((await send('PATCH', `/${String(id)}`, { id: 'other' })).status).toBe(400);
    expect((await send('PATCH', '/ffff', {})).status).toBe(404);
    const unknown = { contents: [{ name: 'audio', channels: [{ id: 'ffff', expire: 5 }] }] };
    expect((await send('PATCH', `/${String(id)}`, unknown)).status).toBe(400);
    expect((await send('PATCH', `/${String(id)}`, { contents: [{ name: 'x' }] })).status).toBe(500);
  });
});

describe('a graceful shutdown', () => {
  it('refuses new conferences with its mark, and ends the process with the last one', async () => {
    const focus = new Colibri1Focus(jicofo, jid);
    const last = await focus.allocate('ffffffff', { expireSeconds: 300 });
    const graceful = xml('graceful-shutdown', { xmlns: colibri });
    expect((await jicofo.request(jid, graceful, 'set')).attrs['type']).toBe('result');
    const refused = await jicofo.request(jid, xml('conference', { xmlns: colibri }), 'set');
    expect(conditionOf(refused)).toBe('service-unavailable');
    expect(child(refused, 'error')?.toString()).toContain(
      `<graceful-shutdown xmlns="${colibri}"/>`,
    );
    expect((await focus.ask({})).gracefulShutdown).toBe(true);
    await focus.expire(last);
    expect(await bridge.ended).toBe(0); // what earlier tests left expires meanwhile
    bridge = await startBridge();
  }, 120_000);
});
