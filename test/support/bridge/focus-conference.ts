import { toLibraryElement } from '../../../src/io/xmpp/library-element.ts';
import {
  type EndpointId,
  endpointId,
  meetingId,
  sourceName,
  ssrc,
} from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import type { ConferenceModified } from '../../../src/protocol/colibri2/conference-modified.ts';
import { decodeConferenceModified } from '../../../src/protocol/colibri2/conference-modified-xml.ts';
import type {
  ConferenceModify,
  EndpointModify,
} from '../../../src/protocol/colibri2/conference-modify.ts';
import { encodeConferenceModify } from '../../../src/protocol/colibri2/conference-modify-xml.ts';
import { jicofoOffer } from '../client/jicofo-offer.ts';
import { WebRtcClient } from '../client/webrtc-client.ts';
import { child, type Occupant } from '../prosody/occupant.ts';

/** A conference that a focus in the brewery drives as Jicofo does, with WebRTC clients as participants. */
export class FocusConference {
  readonly #focus: Occupant;
  readonly #bridge: string;
  readonly #id: string;
  #created = false;

  /** @param bridge the bridge's occupant JID */
  constructor(focus: Occupant, bridge: string, id: string) {
    this.#focus = focus;
    this.#bridge = bridge;
    this.#id = id;
  }

  /** Creates an endpoint, answers with its client's transport and sources (colibri2.md §4.1, §4.2). */
  async join(id: string, sources: readonly Source[]): Promise<WebRtcClient> {
    const answer = await this.modify({
      id: endpointId(id),
      create: true,
      media: jicofoOffer,
      transport: { iceControlling: true, useUniquePort: false, iceRestart: false, sctp: {} },
      sources: [],
      capabilities: ['source-names', 'ssrc-rewriting'],
    });
    const ice = answer.endpoints[0]?.transport?.ice;
    if (!ice?.credentials) throw new Error(`no transport for ${id}`);
    const client = await WebRtcClient.create({
      name: id,
      transport: { ...ice.credentials, ...ice },
      media: jicofoOffer,
      dataChannel: true,
    });
    const remote = { ...client.remoteTransport(), webSocketUrls: [] };
    await this.modify({
      id: endpointId(id),
      transport: { iceControlling: false, useUniquePort: false, iceRestart: false, ice: remote },
      sources,
    });
    return client;
  }

  expire(id: EndpointId): Promise<ConferenceModified> {
    return this.modify({ id, expire: true });
  }

  /** @throws Error with the condition when the bridge refuses */
  async modify(
    endpoint: Partial<EndpointModify> & Pick<EndpointModify, 'id'>,
  ): Promise<ConferenceModified> {
    const request: ConferenceModify = {
      meetingId: meetingId(this.#id),
      create: !this.#created,
      expire: false,
      rtcstatsEnabled: true,
      relays: [],
      endpoints: [{ create: false, expire: false, media: [], capabilities: [], ...endpoint }],
    };
    this.#created = true;
    const payload = toLibraryElement(encodeConferenceModify(request));
    const reply = await this.#focus.request(this.#bridge, payload);
    const modified = child(reply, 'conference-modified');
    if (!modified) throw new Error(reply.toString());
    const decoded = decodeConferenceModified(modified);
    if (!decoded.ok) throw decoded.error;
    return decoded.value;
  }
}

/** A microphone of one SSRC. */
export function microphone(owner: string, audioSsrc: number): Source {
  return {
    name: sourceName(`${owner}-a0`),
    kind: 'audio',
    encodings: [{ ssrc: ssrc(audioSsrc) }],
    videoType: 'none',
    synthetic: false,
  };
}
