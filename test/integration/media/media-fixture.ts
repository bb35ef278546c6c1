import { execFileSync } from 'node:child_process';
import type { Logger } from '../../../src/base/logger.ts';
import type {
  ConferenceMedia,
  EndpointMedia,
  ForwardedStream,
  MediaEvent,
} from '../../../src/conference/ports.ts';
import {
  defaultBitrates,
  defaultTransports,
  defaultKeyframes,
  defaultRestarts,
  type MediaOptions,
} from '../../../src/io/media/media-options.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { onOneWorker } from '../../../src/io/media/placement.ts';
import { openMemoryFile } from '../../../src/io/system/memory-file.ts';
import { processRun } from '../../../src/io/system/process-run.ts';
import {
  conferenceId,
  endpointId,
  sourceName,
  ssrc,
  type EndpointId,
} from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import type { LocalTransport } from '../../../src/model/transport.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { jicofoOffer } from '../../support/client/jicofo-offer.ts';
import { WebRtcClient, type ClientOptions } from '../../support/client/webrtc-client.ts';
import { until } from '../../support/until.ts';

export type LogLine = { level: string; fields: Readonly<Record<string, unknown>>; message: string };

/** A logger that keeps its lines. */
export function recordingLogger(lines: LogLine[] = []): Logger & { readonly lines: LogLine[] } {
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, fields, message });
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => recordingLogger(lines),
  };
}

export function workerBin(): string {
  const override = process.env['MEDIASOUP_WORKER_BIN'];
  return override ?? execFileSync('node', ['scripts/worker-path.mjs'], { encoding: 'utf8' }).trim();
}

const workerSeries = execFileSync('node', ['scripts/worker-series.mjs'], {
  encoding: 'utf8',
}).trim();

let usual: Pick<MediaOptions, 'workers' | 'placement'> = { workers: 1, placement: onOneWorker };

/** What `mediaOptions` has if nothing else is said: here the endpoints of a conference go to two workers in turn. */
export function placeApart(): void {
  usual = { workers: 2, placement: { cpuCeiling: 1, endpointsPerConference: 1 } };
}

export function mediaOptions(changes: Partial<MediaOptions> = {}): MediaOptions {
  return {
    workerBin: workerBin(),
    workerSeries,
    ...usual,
    openJournal: openMemoryFile,
    processRun,
    listen: { addresses: ['127.0.0.1'], udpPort: 0, tcpPort: 0 },
    advertise: [
      { protocol: 'udp', ip: '127.0.0.1', type: 'host' },
      { protocol: 'tcp', ip: '127.0.0.1', type: 'host' },
    ],
    advertisePrivateAddresses: true,
    bitrates: defaultBitrates,
    transports: defaultTransports,
    keyframes: defaultKeyframes,
    restarts: defaultRestarts,
    workerLogLevel: 'error',
    ...changes,
  };
}

/** Workers of our own until the end of the test. */
export async function startPlane(
  changes: Partial<MediaOptions> = {},
  log = recordingLogger(),
): Promise<MediasoupPlane> {
  const plane = await MediasoupPlane.start(mediaOptions(changes), log);
  atTheEnd(() => plane.close());
  return plane;
}

/** A conference until the end of the test. */
export async function openConference(plane: MediasoupPlane): Promise<TestConference> {
  const conference = await TestConference.open(plane);
  atTheEnd(() => conference.close());
  return conference;
}

/** A conference on a real worker, with what it reported. */
export class TestConference {
  readonly media: ConferenceMedia;
  readonly events: MediaEvent[];
  readonly participants: Participant[] = [];

  private constructor(media: ConferenceMedia, events: MediaEvent[]) {
    this.media = media;
    this.events = events;
  }

  static async open(plane: MediasoupPlane): Promise<TestConference> {
    const events: MediaEvent[] = [];
    const media = await plane.openConference({
      conferenceId: conferenceId('00c0ffee00c0ffee'),
      feedbackSsrcs,
      onEvent: (event) => events.push(event),
    });
    return new TestConference(media, events);
  }

  /** Adds an endpoint and the client behind it, not yet connected. */
  async add(name: string, options: JoinOptions = {}): Promise<Participant> {
    const id = endpointId(name);
    const endpoint = await this.media.addEndpoint({
      endpointId: id,
      media: jicofoOffer,
      sctp: Boolean(options.dataChannel),
      opensChannel: options.dataChannel === 'awaited',
      privateAddresses: true,
    });
    const transport = throughPort(endpoint.localTransport(), options.candidatePort);
    const client = await WebRtcClient.create({ name, transport, media: jicofoOffer, ...options });
    const participant = { id, endpoint, client };
    this.participants.push(participant);
    return participant;
  }

  /** Adds an endpoint and waits until media can flow. */
  async join(name: string, options: JoinOptions = {}): Promise<Participant> {
    const participant = await this.add(name, options);
    const { client, endpoint } = participant;
    await endpoint.setRemoteTransport(client.remoteTransport());
    await until(() => (client.connected ? undefined : `${name} is ${client.state}`));
    return participant;
  }

  eventsOf<T extends MediaEvent['type']>(type: T): Extract<MediaEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<MediaEvent, { type: T }>[];
  }

  close(): void {
    for (const { client } of this.participants) client.close();
    this.media.close();
  }
}

export type JoinOptions = Pick<ClientOptions, 'dataChannel' | 'protocol' | 'setup'> & {
  /** Sends to this port of the machine instead of the bridge's. */
  readonly candidatePort?: number;
};

function throughPort(transport: LocalTransport, port: number | undefined): LocalTransport {
  if (port === undefined) return transport;
  return { ...transport, candidates: transport.candidates.map((known) => ({ ...known, port })) };
}

export type Participant = {
  readonly id: EndpointId;
  readonly endpoint: EndpointMedia;
  readonly client: WebRtcClient;
};

export const feedbackSsrcs = { audio: ssrc(0xa0a0a0a0), video: ssrc(0xb0b0b0b0) };
export const notMuted = { audio: false, video: false };

export function microphone(owner: EndpointId, audioSsrc: number): Source {
  return {
    name: sourceName(`${owner}-a0`),
    kind: 'audio',
    encodings: [{ ssrc: ssrc(audioSsrc) }],
    videoType: 'none',
    synthetic: false,
  };
}

/** Three encodings: SSRCs `first`, +1, +2 with RTX at +10, +11, +12. */
export function camera(owner: EndpointId, first: number, encodings = 3): Source {
  return {
    name: sourceName(`${owner}-v0`),
    kind: 'video',
    encodings: Array.from({ length: encodings }, (_, place) => ({
      ssrc: ssrc(first + place),
      rtx: ssrc(first + 10 + place),
    })),
    videoType: 'camera',
    synthetic: false,
  };
}

/** `source` on given SSRCs, or on the source's own first ones. */
export function forwarded(
  owner: EndpointId,
  source: Source,
  changes: Partial<ForwardedStream> = {},
): ForwardedStream {
  const [first] = source.encodings;
  if (!first) throw new Error('a source without SSRC cannot be forwarded');
  return {
    kind: source.kind,
    owner,
    source: source.name,
    ssrc: first.ssrc,
    ...(first.rtx !== undefined && { rtx: first.rtx }),
    ...(source.kind === 'video' && { layer: { encoding: 0, spatial: 0, temporal: 2 } }),
    ...changes,
  };
}

/** The speaker's microphone is taken in, and it is all that is passed on to the listener. */
export function letHear(
  listener: Pick<Participant, 'endpoint'>,
  speaker: Pick<Participant, 'endpoint' | 'id'>,
  audioSsrc: number,
): Source {
  const source = microphone(speaker.id, audioSsrc);
  speaker.endpoint.setReception({ sources: [source], muted: notMuted });
  listener.endpoint.setPlan({ streams: [forwarded(speaker.id, source)], idealBps: 0 });
  return source;
}

/** Waits until `client` has at least `count` packets of `mediaSsrc`. */
export function packets(client: WebRtcClient, mediaSsrc: number, count: number): Promise<void> {
  return until(() => {
    const got = client.packetsOf(mediaSsrc).length;
    return got >= count ? undefined : `${client.name} has ${got} packets of ${mediaSsrc}`;
  });
}
