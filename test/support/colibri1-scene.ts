import { defaultConferenceConfig } from '../../src/conference/conference-config.ts';
import { Conferences } from '../../src/conference/conferences.ts';
import { meetingId } from '../../src/model/ids.ts';
import type {
  Channel,
  ConferenceDescription,
  Content,
} from '../../src/protocol/colibri1/conference.ts';
import { encodeConference } from '../../src/protocol/colibri1/conference-xml.ts';
import { channelCodec } from '../../src/signaling/channel-codec.ts';
import { Colibri1 } from '../../src/signaling/colibri1/colibri1.ts';
import { answerConference } from '../../src/signaling/colibri1/colibri1-iq.ts';
import { decodeConference } from '../../src/protocol/colibri1/conference-xml.ts';
import { CollectedLog } from './collected-log.ts';
import { FakeMediaPlane } from './fake-media-plane.ts';
import { FakeTime } from './fake-time.ts';
import { seededRandom } from './seeded-random.ts';
import { parseXml, writeXml } from './xml-text.ts';

export const focusJid = 'focus@auth.meet.example.net/focus1';

/** A bridge as a focus of 2018 sees it, with a media plane that only remembers. */
export class Colibri1Scene {
  readonly time = new FakeTime();
  readonly media = new FakeMediaPlane();
  readonly log = new CollectedLog();
  readonly conferences: Conferences;
  readonly colibri1: Colibri1;
  shuttingDown = false;

  constructor() {
    const { log, time } = this;
    const shared = { clock: time, timers: time, random: seededRandom(), log };
    this.conferences = new Conferences({
      ...shared,
      config: defaultConferenceConfig,
      media: this.media,
      codec: channelCodec,
      webSocketUrls: ({ endpointId }) => [`wss://bridge/${endpointId}?pwd=x`],
    });
    this.conferences.start();
    this.colibri1 = new Colibri1({
      ...shared,
      execute: (command) => this.conferences.execute(command),
      liveEndpoints: (id) => this.conferences.findByMeeting(id)?.endpoints,
      isShuttingDown: () => this.shuttingDown,
    });
    this.colibri1.start();
  }

  /** Asks in XML text and reads the answer from XML text, as over the wire. */
  async ask(request: string | Partial<ConferenceDescription>, from = focusJid) {
    const text =
      typeof request === 'string'
        ? request
        : writeXml(encodeConference({ ...emptyRequest, ...request }));
    return answerConference(this.colibri1)(parseXml(text), from);
  }

  /** @throws Error when the request is refused */
  async done(request: string | Partial<ConferenceDescription>): Promise<ConferenceDescription> {
    const reply = await this.ask(request);
    if (reply.type === 'error') throw new Error(`${reply.condition}: ${reply.text}`);
    const decoded = reply.payload && decodeConference(reply.payload);
    if (!decoded?.ok) throw new Error('the answer cannot be read');
    return decoded.value;
  }

  /** What Jicofo asks for one participant; the conference is made if there is no id. */
  async allocate(endpoint: string, conference?: string, expireSeconds?: number) {
    return this.done(allocation(endpoint, conference, expireSeconds));
  }

  /** Lets time pass and everything that it brings be done. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5_000) {
      this.time.advance(Math.min(left, 5_000));
      await settled();
    }
  }

  live(id: string) {
    return this.conferences.findByMeeting(meetingId(id));
  }
}

export const emptyRequest: ConferenceDescription = {
  contents: [],
  bundles: [],
  endpoints: [],
  gracefulShutdown: false,
};

export const plainChannel: Channel = {
  octo: false,
  direction: 'sendrecv',
  payloadTypes: [],
  headerExtensions: [],
  sources: [],
  groups: [],
  ssrcs: [],
};

export function content(name: string, ...channels: Partial<Channel>[]): Content {
  return {
    name,
    channels: channels.map((channel) => ({ ...plainChannel, ...channel })),
    sctpConnections: [],
  };
}

export function allocation(
  endpoint: string,
  id?: string,
  expireSeconds?: number,
): Partial<ConferenceDescription> {
  const handle = {
    endpoint,
    bundle: endpoint,
    initiator: true,
    ...(expireSeconds !== undefined && { expireSeconds }),
  };
  const feedback = [{ type: 'transport-cc' }];
  const opus = { name: 'opus', clockRateHz: 48_000, channels: 2, parameters: {}, feedback };
  const vp8 = { name: 'VP8', clockRateHz: 90_000, channels: 1, parameters: {}, feedback };
  const rtx = { ...vp8, name: 'rtx', parameters: { apt: '100' } };
  return {
    ...(id !== undefined && { id }),
    gid: 'ff3a71',
    name: 'standup',
    contents: [
      content('audio', { ...handle, payloadTypes: [{ ...opus, id: 111 }] }),
      content('video', {
        ...handle,
        payloadTypes: [
          { ...vp8, id: 100 },
          { ...rtx, id: 96 },
        ],
      }),
      { name: 'data', channels: [], sctpConnections: [{ ...handle, port: 5000 }] },
    ],
    bundles: [{ id: endpoint, transport: { candidates: [], fingerprints: [], webSocketUrls: [] } }],
    endpoints: [{ id: endpoint, statsId: `${endpoint}-stats` }],
  };
}

/** The id of the one channel of that kind in an answer. */
export function handleId({ contents }: ConferenceDescription, kind: string): string {
  const found = contents.find(({ name }) => name === kind);
  const handle = found?.channels[0] ?? found?.sctpConnections[0];
  if (handle?.id === undefined) throw new Error(`no ${kind} was allocated`);
  return handle.id;
}

/** Lets promises that are under way come to their end. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
