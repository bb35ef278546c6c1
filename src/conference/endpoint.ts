import type { ConferenceId, EndpointId } from '../model/ids.ts';
import type { MediaDescription } from '../model/media-description.ts';
import type { Source } from '../model/source.ts';
import type { EndpointCommand, EndpointSettings } from './commands.ts';
import type { EndpointChannel } from './endpoint-channel.ts';
import { EndpointSources } from './endpoint-sources.ts';
import { codecsOf, sameOffer, withAdded, withNegotiated } from './media-offer.ts';
import type { EndpointMedia, TransportState } from './ports.ts';
import type { PacedChanges } from './paced-changes.ts';
import type { Receiver } from './receiver.ts';

export type EndpointCreateCommand = Extract<EndpointCommand, { readonly type: 'create' }>;

export type EndpointParts = {
  readonly media: EndpointMedia;
  readonly channel: EndpointChannel;
  readonly receiver: Receiver;
  readonly changes: PacedChanges;
  /** For the WebSocket; 24 characters [A-Za-z0-9]. Never logged, never shown. */
  readonly password: string;
  readonly createdMs: number;
};

/** Which conference and endpoint a bridge channel leads to. */
export type ChannelAddress = {
  readonly conferenceId: ConferenceId;
  readonly endpointId: EndpointId;
  readonly password: string;
};

/** One client's session: what was signalled for it, and the parts that serve it. */
export class Endpoint {
  readonly id: EndpointId;
  readonly visitor: boolean;
  readonly ssrcRewriting: boolean;
  /** Silence ends it. */
  readonly expiresWhenSilent: boolean;
  readonly media: EndpointMedia;
  readonly channel: EndpointChannel;
  readonly receiver: Receiver;
  readonly changes: PacedChanges;
  readonly password: string;
  readonly createdMs: number;
  readonly sources = new EndpointSources();
  #leftOut: readonly Source[] = [];
  #offer: readonly MediaDescription[];
  #codecs: ReadonlySet<string>;
  #statsId: string | undefined;
  #forceMute = { audio: false, video: false };
  #ice: TransportState = 'new';
  #dtls: TransportState = 'new';
  #iceEverConnected = false;
  #dtlsConnectedMs: number | undefined;
  #lastActiveMs: number | undefined;
  #reachable = true;

  constructor(command: EndpointCreateCommand, parts: EndpointParts) {
    this.id = command.id;
    this.visitor = command.visitor;
    this.ssrcRewriting = command.ssrcRewriting;
    this.expiresWhenSilent = command.expiresWhenSilent ?? true;
    this.#offer = command.media ?? [];
    this.#codecs = codecsOf(this.#offer);
    this.media = parts.media;
    this.channel = parts.channel;
    this.receiver = parts.receiver;
    this.changes = parts.changes;
    this.password = parts.password;
    this.createdMs = parts.createdMs;
  }

  /** What it was offered, or has agreed to since. */
  get offer(): readonly MediaDescription[] {
    return this.#offer;
  }

  /** Names of payload types in that, in lower case. */
  get codecs(): ReadonlySet<string> {
    return this.#codecs;
  }

  /** Signalled, and not among its sources while others have the name or an SSRC of them. */
  get leftOut(): readonly Source[] {
    return this.#leftOut;
  }

  get statsId(): string | undefined {
    return this.#statsId;
  }

  get forceMute(): { readonly audio: boolean; readonly video: boolean } {
    return this.#forceMute;
  }

  get ice(): TransportState {
    return this.#ice;
  }

  get dtls(): TransportState {
    return this.#dtls;
  }

  get iceEverConnected(): boolean {
    return this.#iceEverConnected;
  }

  /** What the others were last told of its connection. */
  get reachable(): boolean {
    return this.#reachable;
  }

  get dtlsConnectedMs(): number | undefined {
    return this.#dtlsConnectedMs;
  }

  get lastActiveMs(): number | undefined {
    return this.#lastActiveMs;
  }

  /** Takes over what a command settles at once; the transport is the media plane's. */
  apply(settings: EndpointSettings): void {
    if (settings.statsId !== undefined) this.#statsId = settings.statsId;
    if (settings.initialLastN !== undefined)
      this.receiver.wishes.setInitialLastN(settings.initialLastN);
    if (settings.lastN !== undefined) this.receiver.wishes.setLastN(settings.lastN);
    if (settings.receives) this.receiver.setReceives(settings.receives);
    this.#agree(settings);
    if (settings.sources) {
      this.sources.replace(settings.sources);
      this.#leftOut = settings.leftOut ?? [];
    }
    if (settings.forceMute) this.#forceMute = { ...settings.forceMute };
    if (settings.sources ?? settings.forceMute) {
      this.media.setReception({ sources: this.sources.signalled, muted: this.#forceMute });
    }
  }

  #agree({ media = [], negotiated = [] }: EndpointSettings): void {
    const offer = withNegotiated(withAdded(this.#offer, media), negotiated);
    if (sameOffer(offer, this.#offer)) return;
    this.#offer = offer;
    this.#codecs = codecsOf(offer);
    this.media.setOffer(offer);
  }

  transportChanged(ice: TransportState, dtls: TransportState, nowMs: number): void {
    this.#ice = ice;
    this.#dtls = dtls;
    if (ice === 'connected') this.#iceEverConnected = true;
    if (dtls === 'connected') this.#dtlsConnectedMs ??= nowMs;
  }

  becameReachable(reachable: boolean): void {
    this.#reachable = reachable;
  }

  wasActive(nowMs: number): void {
    this.#lastActiveMs = nowMs;
  }

  close(): void {
    this.changes.close();
    this.channel.close();
    this.media.close();
  }
}
