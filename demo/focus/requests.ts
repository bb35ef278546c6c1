// Colibri2 requests with what Jicofo puts into each (colibri2.md §4).
import { type MeetingId, sourceName, ssrc } from '../../src/model/ids.ts';
import type { EndpointId } from '../../src/model/ids.ts';
import type { Source } from '../../src/model/source.ts';
import {
  capability,
  type ConferenceModify,
  type EndpointModify,
} from '../../src/protocol/colibri2/conference-modify.ts';
import type { IceTransport } from '../../src/protocol/jingle/ice-transport.ts';
import type { ClientTransport, SignalledSource } from '../signal-messages.ts';
import { offeredMedia } from './offer.ts';

/** A request for endpoints of a conference; without any it only asks whether the bridge has the conference. */
export function conferenceUpdate(
  meetingId: MeetingId,
  ...endpoints: readonly EndpointModify[]
): ConferenceModify {
  const plain = { create: false, expire: false, rtcstatsEnabled: true, relays: [] };
  return { ...plain, meetingId, endpoints };
}

/** The request that makes the conference together with its first endpoint. */
export function conferenceCreation(
  meetingId: MeetingId,
  name: string,
  endpoint: EndpointModify,
): ConferenceModify {
  return { ...conferenceUpdate(meetingId, endpoint), name, create: true };
}

export type EndpointOptions = {
  readonly id: EndpointId;
  readonly name: string;
  readonly dataChannel: boolean;
  readonly ssrcRewriting: boolean;
};

/** What creates an endpoint (colibri2.md §4.1). */
export function endpointCreation(options: EndpointOptions): EndpointModify {
  const { ssrcRewriting, sourceNames } = capability;
  return {
    ...unchanged(options.id),
    create: true,
    statsId: options.name,
    media: offeredMedia,
    transport: {
      iceControlling: true,
      useUniquePort: false,
      iceRestart: false,
      ...(options.dataChannel && { sctp: {} }),
    },
    sources: [],
    capabilities: options.ssrcRewriting ? [sourceNames, ssrcRewriting] : [sourceNames],
  };
}

/** What follows the client's answer: its transport and all its sources (colibri2.md §4.2). */
export function endpointAcceptance(
  id: EndpointId,
  client: ClientTransport,
  sources: readonly SignalledSource[],
): EndpointModify {
  const ice = clientIce(client);
  return {
    ...endpointSources(id, sources),
    transport: { iceControlling: false, useUniquePort: false, iceRestart: false, ice },
  };
}

/** What asks for other ICE credentials while the old way carries on (colibri2.md §3.10). */
export function endpointIceRestart(id: EndpointId): EndpointModify {
  const transport = { iceControlling: false, useUniquePort: false, iceRestart: true };
  return { ...unchanged(id), transport };
}

/** The client's side of it. */
export function endpointIceRestarted(
  id: EndpointId,
  client: ClientTransport,
  iceGeneration: number,
): EndpointModify {
  const ice = { ...clientIce(client), iceGeneration };
  return {
    ...unchanged(id),
    transport: { iceControlling: false, useUniquePort: false, iceRestart: false, ice },
  };
}

/** What replaces an endpoint's sources (colibri2.md §4.4). */
export function endpointSources(
  id: EndpointId,
  sources: readonly SignalledSource[],
): EndpointModify {
  return { ...unchanged(id), sources: sources.map(source) };
}

export function endpointExpiry(id: EndpointId): EndpointModify {
  return { ...unchanged(id), expire: true };
}

function clientIce({ ufrag, pwd, fingerprints }: ClientTransport): IceTransport {
  return { credentials: { ufrag, pwd }, fingerprints, candidates: [], webSocketUrls: [] };
}

function unchanged(id: EndpointId): EndpointModify {
  return { id, create: false, expire: false, media: [], capabilities: [] };
}

function source({ name, kind, videoType, encodings }: SignalledSource): Source {
  return {
    name: sourceName(name),
    kind,
    videoType,
    synthetic: false,
    encodings: encodings.map((encoding) => ({
      ssrc: ssrc(encoding.ssrc),
      ...(encoding.rtx !== undefined && { rtx: ssrc(encoding.rtx) }),
    })),
  };
}
