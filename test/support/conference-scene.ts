import type { ChannelCommand } from '../../src/conference/channel-messages.ts';
import type { ConferenceCommand, EndpointCommand } from '../../src/conference/commands.ts';
import {
  type ConferenceConfig,
  defaultConferenceConfig,
} from '../../src/conference/conference-config.ts';
import { Conferences } from '../../src/conference/conferences.ts';
import type { MediaEvent } from '../../src/conference/ports.ts';
import { conferenceId, endpointId, meetingId, sourceName, ssrc } from '../../src/model/ids.ts';
import type { Layer } from '../../src/model/layer.ts';
import type { MediaDescription } from '../../src/model/media-description.ts';
import type { Source } from '../../src/model/source.ts';
import { CollectedLog } from './collected-log.ts';
import { FakeChannelCodec, FakeLink } from './fake-channel.ts';
import { FakeMediaPlane } from './fake-media-plane.ts';
import { FakeTime } from './fake-time.ts';
import { seededRandom } from './seeded-random.ts';

export const meeting = meetingId('m-1');

export type Creation = Partial<Extract<EndpointCommand, { type: 'create' }>>;

/** Conferences with everything round them fake, and short ways to play focus, client and media plane. */
export class ConferenceScene {
  readonly time = new FakeTime();
  readonly media = new FakeMediaPlane();
  readonly codec = new FakeChannelCodec();
  readonly log = new CollectedLog();
  readonly conferences: Conferences;
  #passwords = new Map<string, string>();

  constructor(config: Partial<ConferenceConfig> = {}) {
    this.conferences = new Conferences({
      config: { ...defaultConferenceConfig, ...config },
      media: this.media,
      codec: this.codec,
      clock: this.time,
      timers: this.time,
      random: seededRandom(),
      log: this.log,
      webSocketUrls: ({ conferenceId: conference, endpointId: id, password }) => {
        this.#passwords.set(id, password);
        return [`wss://bridge/${conference}/${id}?pwd=${password}`];
      },
    });
    this.conferences.start();
  }

  execute(command: Partial<ConferenceCommand>) {
    return this.conferences.execute({
      meetingId: meeting,
      create: false,
      expire: false,
      endpoints: [],
      ignoreUnknownEndpoints: false,
      ...command,
    });
  }

  /** Adds an endpoint, to the conference if there is one. */
  async join(id: string, creation: Creation = {}): Promise<void> {
    const create = this.conference === undefined;
    const result = await this.execute({ create, endpoints: [createCommand(id, creation)] });
    if (!result.ok) throw new Error(result.error.text);
  }

  /** Opens the endpoint's WebSocket. */
  connect(id: string, link = new FakeLink()): FakeLink {
    const receiver = this.conferences.admit({
      conferenceId: this.conference?.identity.id ?? conferenceId('none'),
      endpointId: id,
      password: this.#passwords.get(id) ?? '',
    });
    if (!receiver) throw new Error(`${id} was not admitted`);
    receiver.opened(link);
    return link;
  }

  say(id: string, link: FakeLink, command: ChannelCommand): void {
    const text = this.codec.write(command);
    this.conference?.endpoints.get(endpointId(id))?.channel.received(link, text);
  }

  /** Joins with a camera and a microphone that both send, and asks for everything up to `maxHeight`. */
  async joinFully(id: string, maxHeight = 720, creation: Creation = {}): Promise<FakeLink> {
    await this.join(id, { sources: [microphone(id), camera(id)], ...creation });
    const link = this.connect(id);
    this.report({
      type: 'transport-state',
      endpointId: endpointId(id),
      ice: 'connected',
      dtls: 'connected',
    });
    this.report({
      type: 'codec',
      endpointId: endpointId(id),
      source: sourceName(`${id}-a0`),
      codec: 'opus',
    });
    this.reportLayers(`${id}-v0`, cameraLayers());
    this.want(id, link, maxHeight);
    return link;
  }

  want(id: string, link: FakeLink, maxHeight: number): void {
    this.say(id, link, {
      type: 'receiver-settings',
      update: { defaultConstraints: { maxHeight, maxFrameRate: -1 } },
    });
  }

  report(event: MediaEvent): void {
    this.media.report(event);
  }

  reportLayers(source: string, layers: readonly Layer[]): void {
    const owner = endpointId(source.split('-')[0] ?? '');
    this.report({ type: 'layers', endpointId: owner, source: sourceName(source), layers });
  }

  /** Names of the sources of one kind that leave towards the endpoint. */
  sent(id: string, kind: 'audio' | 'video'): string[] {
    const streams = this.media.endpoints.get(id)?.plan.streams ?? [];
    return streams.filter((stream) => stream.kind === kind).map(({ source }) => source);
  }

  get conference() {
    return this.conferences.all.find(({ identity }) => identity.meetingId === meeting);
  }
}

/** What endpoints are offered. */
export const videoOffer: MediaDescription = {
  kind: 'video',
  payloadTypes: ['VP8', 'rtx', 'H264'].map((name, at) => ({
    id: 100 + at,
    name,
    clockRateHz: 90_000,
    channels: 1,
    parameters: {},
    feedback: [],
  })),
  headerExtensions: [],
  extmapAllowMixed: true,
};

export function createCommand(id: string, creation: Creation = {}): EndpointCommand {
  return {
    type: 'create',
    sctp: true,
    ssrcRewriting: true,
    midDemux: false,
    visitor: false,
    privateAddresses: false,
    media: [videoOffer],
    ...creation,
    id: endpointId(id),
  };
}

export function updateCommand(
  id: string,
  settings: Partial<EndpointCommand> = {},
): EndpointCommand {
  return { restartIce: false, ...settings, type: 'update', id: endpointId(id) };
}

/** SSRCs follow from the name, so that they differ between sources. */
function ssrcOf(name: string, place: number) {
  let hash = 17;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 100_000_007;
  return ssrc(hash * 10 + place);
}

export function microphone(owner: string, name = `${owner}-a0`): Source {
  const encodings = [{ ssrc: ssrcOf(name, 0) }];
  return { name: sourceName(name), kind: 'audio', encodings, videoType: 'none', synthetic: false };
}

export function camera(owner: string, name = `${owner}-v0`): Source {
  const encodings = [0, 2, 4].map((at) => ({ ssrc: ssrcOf(name, at), rtx: ssrcOf(name, at + 1) }));
  return {
    name: sourceName(name),
    kind: 'video',
    encodings,
    videoType: 'camera',
    synthetic: false,
  };
}

/** 180, 360 and 720 pixels at 7.5, 15 and 30 frames: 150, 500 and 2000 kbit/s (allocation.md §1.10). */
export function cameraLayers(): Layer[] {
  return [150_000, 500_000, 2_000_000].flatMap((bitrate, encoding) =>
    [0.33, 0.66, 1].map((share, temporal) => ({
      index: { encoding, spatial: 0, temporal },
      height: 180 * 2 ** encoding,
      frameRate: 7.5 * 2 ** temporal,
      bitrateBps: Math.round(bitrate * share),
    })),
  );
}
