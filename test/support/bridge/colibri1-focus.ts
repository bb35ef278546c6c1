import type { XmlElement } from '../../../src/base/xml-element.ts';
import { toLibraryElement } from '../../../src/io/xmpp/library-element.ts';
import type { MediaDescription } from '../../../src/model/media-description.ts';
import type {
  Channel,
  ConferenceDescription,
  Content,
  Handle,
} from '../../../src/protocol/colibri1/conference.ts';
import {
  decodeConference,
  encodeConference,
} from '../../../src/protocol/colibri1/conference-xml.ts';
import type { IceTransport } from '../../../src/protocol/jingle/ice-transport.ts';
import { WebRtcClient } from '../client/webrtc-client.ts';
import { content, emptyRequest, handleId } from '../colibri1-scene.ts';
import { child, type Occupant } from '../prosody/occupant.ts';
import { legacyOffer } from './legacy-offer.ts';

export type LegacyEndpoint = {
  readonly id: string;
  /** Without `data` where no SCTP connection was asked for. */
  readonly handles: { readonly audio: string; readonly video: string; readonly data?: string };
  readonly transport: IceTransport;
  readonly feedbackSsrcs: { readonly audio: number; readonly video: number };
};

type Allocation = {
  readonly expireSeconds?: number;
  readonly media?: readonly MediaDescription[];
  /** False as for a page whose `openBridgeChannel` is `websocket` (colibri1.md chapter 4). */
  readonly sctp?: boolean;
};

type Joining = {
  readonly audio?: Partial<Channel>;
  readonly video?: Partial<Channel>;
  readonly protocol?: 'udp' | 'tcp';
} & Allocation;

/** A focus of 2018 with one conference: asks as that year's Jicofo does (colibri1.md chapter 3). */
export class Colibri1Focus {
  readonly #focus: Occupant;
  readonly #bridge: string;
  #id: string | undefined;

  /** @param bridge the component's JID */
  constructor(focus: Occupant, bridge: string) {
    this.#focus = focus;
    this.#bridge = bridge;
  }

  /** Of the conference; undefined before the first answer. */
  get id(): string | undefined {
    return this.#id;
  }

  /** @throws Error with the whole stanza when the bridge refuses */
  async ask(request: Partial<ConferenceDescription>): Promise<ConferenceDescription> {
    const id = request.id ?? this.#id;
    const payload = encodeConference({ ...emptyRequest, ...request, ...(id && { id }) });
    const reply = await this.raw(payload);
    const conference = child(reply, 'conference');
    if (reply.attrs['type'] !== 'result' || !conference) throw new Error(reply.toString());
    const decoded = decodeConference(conference);
    if (!decoded.ok) throw decoded.error;
    this.#id = decoded.value.id;
    return decoded.value;
  }

  raw(payload: XmlElement) {
    return this.#focus.request(this.#bridge, toLibraryElement(payload), 'set');
  }

  /** The allocation of one participant (colibri1.md §3.4). */
  async allocate(
    endpoint: string,
    { expireSeconds, media = legacyOffer, sctp = true }: Allocation = {},
  ): Promise<LegacyEndpoint> {
    const handle: Handle = {
      endpoint,
      bundle: endpoint,
      initiator: true,
      ...(expireSeconds !== undefined && { expireSeconds }),
    };
    const described = media.map(({ kind, payloadTypes, headerExtensions }) =>
      content(kind, { ...handle, payloadTypes, headerExtensions }),
    );
    const stub = { candidates: [], fingerprints: [], webSocketUrls: [] };
    const answer = await this.ask({
      gid: 'ff3a71',
      name: 'standup',
      contents: sctp ? [...described, data({ ...handle })] : described,
      bundles: [{ id: endpoint, transport: stub }],
      endpoints: [{ id: endpoint, statsId: `${endpoint}-stats` }],
    });
    const transport = answer.bundles.find(({ id }) => id === endpoint)?.transport;
    if (!transport) throw new Error(`no transport for ${endpoint}`);
    const kinds = sctp ? (['audio', 'video', 'data'] as const) : (['audio', 'video'] as const);
    const ids = kinds.map((kind) => [kind, handleId(answer, kind)]);
    const ssrcOf = (kind: string) =>
      answer.contents.find(({ name }) => name === kind)?.channels[0]?.sources[0]?.ssrc ?? 0;
    return {
      id: endpoint,
      handles: Object.fromEntries(ids) as LegacyEndpoint['handles'],
      transport,
      feedbackSsrcs: { audio: ssrcOf('audio'), video: ssrcOf('video') },
    };
  }

  /** What follows `session-accept` (colibri1.md §3.5). */
  accept(
    { id, handles }: LegacyEndpoint,
    transport: IceTransport,
    audio: Partial<Channel>,
    video: Partial<Channel>,
  ): Promise<ConferenceDescription> {
    return this.ask({
      contents: [
        content('audio', { ...audio, id: handles.audio }),
        content('video', { ...video, id: handles.video }),
      ],
      bundles: [{ id, transport }],
    });
  }

  /** A participant leaves (colibri1.md §3.11). */
  expire({ handles }: LegacyEndpoint): Promise<ConferenceDescription> {
    const gone = { expireSeconds: 0 };
    return this.ask({
      contents: [
        content('audio', { ...gone, id: handles.audio }),
        content('video', { ...gone, id: handles.video }),
        ...(handles.data === undefined ? [] : [data({ ...gone, id: handles.data })]),
      ],
    });
  }

  /** Allocates, and answers with a real client's transport. */
  async join(
    endpoint: string,
    { audio = {}, video = {}, protocol = 'udp', ...allocation }: Joining = {},
  ): Promise<{ readonly endpoint: LegacyEndpoint; readonly client: WebRtcClient }> {
    const allocated = await this.allocate(endpoint, allocation);
    const { credentials, ...ice } = allocated.transport;
    if (!credentials) throw new Error('no credentials');
    const client = await WebRtcClient.create({
      name: endpoint,
      transport: { ...credentials, ...ice },
      media: legacyOffer,
      protocol,
      dataChannel: allocated.handles.data === undefined ? false : 'awaited',
      // libdatachannel takes an OPEN on stream 0 from a DTLS client only; browsers take it from anybody.
      setup: 'passive',
    });
    await this.accept(allocated, { ...client.remoteTransport(), webSocketUrls: [] }, audio, video);
    return { endpoint: allocated, client };
  }
}

function data(handle: Handle): Content {
  return { name: 'data', channels: [], sctpConnections: [{ ...handle, port: 5000 }] };
}
