// A focus as small as one can be: answers <conference>, sits in the rooms it was asked for, creates an endpoint on a bridge for
// everybody when the second participant is there, and speaks Jingle with them (colibri2.md §4). A Prosody component.
import { randomUUID } from 'node:crypto';
import { component } from '@xmpp/component';
import { offeredMedia } from '../../../demo/focus/offer.ts';
import {
  conferenceCreation,
  conferenceUpdate,
  endpointCreation,
  endpointExpiry,
} from '../../../demo/focus/requests.ts';
import { RestBridge } from '../../../demo/focus/rest-bridge.ts';
import { jingleNamespace } from '../../../loadtest/control/xmpp/jingle.ts';
import type { XmlElement } from '../../../src/base/xml-element.ts';
import { SerialQueue } from '../../../src/base/serial-queue.ts';
import { toLibraryElement } from '../../../src/io/xmpp/library-element.ts';
import { endpointId, meetingId } from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import { asSource } from '../../../src/protocol/colibri2/written-source.ts';
import { encodeHeaderExtension } from '../../../src/protocol/jingle/header-extension.ts';
import {
  decodeIceTransport,
  encodeIceTransport,
  type IceTransport,
} from '../../../src/protocol/jingle/ice-transport.ts';
import { namespaces } from '../../../src/protocol/jingle/namespaces.ts';
import { encodePayloadType } from '../../../src/protocol/jingle/payload-type.ts';
import { decodeSsrc, decodeSsrcGroup } from '../../../src/protocol/jingle/source-group.ts';
import { element } from '../../../src/protocol/xml/element.ts';
import { ElementReader } from '../../../src/protocol/xml/element-reader.ts';

const disco = 'http://jabber.org/protocol/disco#info';
const stanzaErrors = 'urn:ietf:params:xml:ns:xmpp-stanzas';

type Member = { readonly sources: Source[]; invited: boolean };
type Room = {
  readonly jid: string;
  readonly meeting: ReturnType<typeof meetingId>;
  readonly members: Map<string, Member>;
  readonly queue: SerialQueue;
  created: boolean;
};

export type TestFocus = {
  /** Jingle actions that came, in order. */
  readonly actions: string[];
  /** What participants said they can, by nickname; each is asked when it is invited, as by Jicofo. */
  readonly features: ReadonlyMap<string, readonly string[]>;
  /** Takes somebody off the bridge and invites again, as Jicofo does when it moves a client. */
  moveSomebody(): Promise<void>;
  close(): Promise<void>;
};

/** @param server where the component connects */
export async function startTestFocus(
  server: { readonly port: number; readonly domain: string; readonly secret: string },
  bridgeUrl: string,
): Promise<TestFocus> {
  const bridge = new RestBridge(new URL(bridgeUrl));
  const rooms = new Map<string, Room>();
  const actions: string[] = [];
  const features = new Map<string, readonly string[]>();
  const entity = component({
    service: `xmpp://127.0.0.1:${server.port}`,
    domain: server.domain,
    password: server.secret,
  });
  entity.reconnect.stop();
  entity.on('error', () => undefined);
  const send = (stanza: XmlElement) => void entity.send(toLibraryElement(stanza));
  const from = `${server.domain}/focus`;
  let requests = 0;

  async function invite(room: Room, nickname: string): Promise<void> {
    const id = endpointId(nickname);
    const endpoint = endpointCreation({
      id,
      name: nickname,
      dataChannel: true,
      ssrcRewriting: true,
    });
    const answer = await bridge.request(
      room.created
        ? conferenceUpdate(room.meeting, endpoint)
        : conferenceCreation(room.meeting, room.jid, endpoint),
    );
    room.created = true;
    const ice = answer.endpoints[0]?.transport?.ice;
    if (!ice) throw new Error('the bridge gave no transport');
    requests += 1;
    const to = `${room.jid}/${nickname}`;
    const question = element('query', { xmlns: disco });
    send(element('iq', { type: 'get', id: `d${requests}`, from, to }, [question]));
    send(
      element('iq', { type: 'set', id: `f${requests}`, from, to }, [
        sessionInitiate(nickname, ice),
      ]),
    );
  }

  function onPresence(stanza: XmlElement): void {
    const [jid = '', nickname = ''] = (stanza.attrs['from'] ?? '').split('/');
    const room = rooms.get(jid);
    if (!room || nickname === 'focus') return;
    if (stanza.attrs['type'] === 'unavailable') {
      if (!room.members.delete(nickname)) return;
      void room.queue.add(async () => {
        await bridge.request(conferenceUpdate(room.meeting, endpointExpiry(endpointId(nickname))));
      });
      return;
    }
    if (!room.members.has(nickname)) room.members.set(nickname, { sources: [], invited: false });
    if (room.members.size < 2) return;
    for (const [name, member] of room.members) {
      if (member.invited) continue;
      member.invited = true;
      void room.queue.add(() => invite(room, name));
    }
  }

  async function onJingle(stanza: XmlElement, jingle: ElementReader): Promise<void> {
    const action = jingle.required('action');
    actions.push(action);
    const [jid = '', nickname = ''] = (stanza.attrs['from'] ?? '').split('/');
    const room = rooms.get(jid);
    const member = room?.members.get(nickname);
    if (!room || !member) throw new Error(`${nickname} is in no room of ours`);
    const contents = jingle.children('content', jingleNamespace, 8);
    member.sources.push(...contents.flatMap(sourcesOf));
    const accepted = contents.flatMap(
      (content) => content.child('transport', namespaces.ice) ?? [],
    );
    const ice = accepted[0] && decodeIceTransport(accepted[0]);
    await bridge.request(
      conferenceUpdate(room.meeting, {
        id: endpointId(nickname),
        create: false,
        expire: false,
        media: [],
        capabilities: [],
        sources: member.sources,
        ...(ice && {
          transport: { iceControlling: false, useUniquePort: false, iceRestart: false, ice },
        }),
      }),
    );
  }

  async function answer(stanza: XmlElement): Promise<readonly XmlElement[]> {
    const payload = stanza.children.find((child) => typeof child !== 'string');
    if (payload?.name === 'jingle') await onJingle(stanza, ElementReader.root(payload));
    if (payload?.name !== 'conference') return [];
    const jid = payload.attrs['room'] ?? '';
    if (!rooms.has(jid)) {
      const meeting = meetingId(randomUUID());
      rooms.set(jid, {
        jid,
        meeting,
        members: new Map(),
        queue: new SerialQueue(),
        created: false,
      });
      const muc = element('x', { xmlns: 'http://jabber.org/protocol/muc' });
      send(element('presence', { from, to: `${jid}/focus` }, [muc]));
    }
    return [element('conference', { xmlns: payload.attrs['xmlns'], room: jid, ready: true })];
  }

  const onRequest = (stanza: XmlElement): void => {
    const { id, from: asker, to } = stanza.attrs;
    answer(stanza).then(
      (payload) => send(element('iq', { type: 'result', id, from: to, to: asker }, payload)),
      (error: unknown) => {
        const text = element('text', { xmlns: stanzaErrors }, [String(error)]);
        const condition = element('internal-server-error', { xmlns: stanzaErrors });
        const reason = element('error', { type: 'cancel' }, [condition, text]);
        send(element('iq', { type: 'error', id, from: to, to: asker }, [reason]));
      },
    );
  };
  entity.on('stanza', (stanza: XmlElement) => {
    if (stanza.name === 'presence') onPresence(stanza);
    const info = ElementReader.root(stanza).child('query', disco);
    const [, nickname = ''] = (stanza.attrs['from'] ?? '').split('/');
    if (info) {
      const said = info.children('feature', disco, 50).map((feature) => feature.required('var'));
      features.set(nickname, said);
    }
  });
  // The library refuses requests it has no handler for.
  const pass = entity._onElement.bind(entity);
  entity._onElement = (stanza) => {
    const isRequest = ['get', 'set'].includes(stanza.attrs['type'] ?? '');
    if (stanza.name === 'iq' && isRequest) onRequest(stanza);
    else pass(stanza);
  };
  const online = new Promise<void>((done) => entity.once('online', () => done()));
  await entity.connect(`xmpp://127.0.0.1:${server.port}`);
  await entity.open({ domain: server.domain, lang: 'en' });
  await online;
  async function move(room: Room, nickname: string): Promise<void> {
    room.members.get(nickname)!.sources.length = 0;
    await bridge.request(conferenceUpdate(room.meeting, endpointExpiry(endpointId(nickname))));
    await invite(room, nickname);
  }

  return {
    actions,
    features,
    moveSomebody: async () => {
      const room = [...rooms.values()].find(({ members }) => members.size > 0);
      const [nickname] = room?.members.keys() ?? [];
      if (!room || nickname === undefined) throw new Error('there is nobody to move');
      await room.queue.add(() => move(room, nickname));
    },
    close: async () => {
      await Promise.all([...rooms.values()].map(({ queue }) => queue.add(async () => undefined)));
      await entity.stop();
    },
  };
}

function sessionInitiate(nickname: string, ice: IceTransport): XmlElement {
  const transport = encodeIceTransport(ice);
  const sctp = element('sctpmap', {
    xmlns: 'urn:xmpp:jingle:transports:dtls-sctp:1',
    number: 5000,
    protocol: 'webrtc-datachannel',
  });
  const contents = offeredMedia.map(({ kind, payloadTypes, headerExtensions }) =>
    element('content', { creator: 'initiator', name: kind, senders: 'both' }, [
      element('description', { xmlns: namespaces.rtp, media: kind }, [
        ...payloadTypes.map(encodePayloadType),
        ...headerExtensions.map(encodeHeaderExtension),
      ]),
      transport,
    ]),
  );
  const data = element('content', { creator: 'initiator', name: 'data', senders: 'both' }, [
    element('description', { xmlns: namespaces.rtp, media: 'application' }),
    { ...transport, children: [...transport.children, sctp] },
  ]);
  const session = { xmlns: jingleNamespace, action: 'session-initiate', sid: `sid-${nickname}` };
  return element('jingle', session, [...contents, data]);
}

function sourcesOf(content: ElementReader): readonly Source[] {
  const description = content.child('description', namespaces.rtp);
  if (!description) return [];
  const written = description.children('source', namespaces.ssma, 20);
  const groups = description.children('ssrc-group', namespaces.ssma, 20);
  const names = new Set(written.map((source) => source.required('name')));
  return [...names].flatMap(
    (name) =>
      asSource({
        name,
        kind: description.required('media'),
        ssrcs: written.filter((source) => source.optional('name') === name).map(decodeSsrc),
        groups: groups.map(decodeSsrcGroup),
        videoTypes: [],
        synthetic: false,
      }) ?? [],
  );
}
