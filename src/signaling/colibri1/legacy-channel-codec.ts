import { ok, type Result } from '../../base/result.ts';
import type {
  ChannelCommand,
  ChannelEvent,
  ReceiverSettingsUpdate,
} from '../../conference/channel-messages.ts';
import type { ChannelCodec } from '../../conference/ports.ts';
import { type EndpointId, endpointId, type SourceName, sourceName } from '../../model/ids.ts';
import {
  encodeLegacyBridgeMessage,
  type LegacyBridgeMessage,
} from '../../protocol/channel/legacy-bridge-message.ts';
import {
  decodeLegacyClientMessage,
  isLegacyClass,
  type LegacyClientMessage,
} from '../../protocol/channel/legacy-client-message.ts';
import { channelCodec } from '../channel-codec.ts';
import { thumbnailHeightPx } from './endpoint-commands.ts';

/** What a client that set no bound is taken to want at most (colibri1.md §4.4). */
const defaultMaxHeightPx = 2160;

type Wishes = {
  readonly selected: readonly string[];
  readonly pinned: readonly string[];
  readonly maxHeightPx: number;
};

/**
 * The channel vocabulary of 2018 for one client. It speaks of endpoints where conferences speak of sources, and each
 * of its messages says one thing of what a receiver's settings say together, so that the others are remembered here.
 */
export function newLegacyChannelCodec(
  conferenceEndpoints: () => readonly EndpointId[],
): ChannelCodec {
  let wishes: Wishes = { selected: [], pinned: [], maxHeightPx: defaultMaxHeightPx };
  const speaker = new LegacyEvents(conferenceEndpoints);
  return {
    decode: (text): Result<ChannelCommand, string> => {
      if (!isLegacyClass(text)) return channelCodec.decode(text);
      const message = decodeLegacyClientMessage(text);
      if (!message.ok) return message;
      wishes = { ...wishes, ...wishOf(message.value) };
      return ok({ type: 'receiver-settings', update: receiverSettings(wishes) });
    },
    encode: (event) => speaker.encode(event),
  };
}

function wishOf(message: LegacyClientMessage): Partial<Wishes> {
  switch (message.colibriClass) {
    case 'SelectedEndpointsChangedEvent':
      return { selected: message.selectedEndpoints };
    case 'SelectedEndpointChangedEvent':
      return { selected: atMostOne(message.selectedEndpoint) };
    case 'PinnedEndpointsChangedEvent':
      return { pinned: message.pinnedEndpoints };
    case 'PinnedEndpointChangedEvent':
      return { pinned: atMostOne(message.pinnedEndpoint) };
    case 'ReceiverVideoConstraint':
      return { maxHeightPx: Math.round(message.maxFrameHeight) };
  }
}

function atMostOne(id: string | null | undefined): readonly string[] {
  return id ? [id] : [];
}

/** Selected = on stage, pinned = next, the rest thumbnails (colibri1.md §4.6). */
function receiverSettings({ selected, pinned, maxHeightPx }: Wishes): ReceiverSettingsUpdate {
  const onStageSources = selected.flatMap(videoSourcesOf);
  const upTo = (maxHeight: number) => ({ maxHeight, maxFrameRate: -1 });
  return {
    onStageSources,
    selectedSources: pinned.flatMap(videoSourcesOf),
    defaultConstraints: upTo(Math.min(thumbnailHeightPx, maxHeightPx)),
    constraints: new Map(onStageSources.map((name) => [name, upTo(maxHeightPx)])),
  };
}

/** A client of 2018 has one video track at a time, or two while it changes them; names are ours (`nameTracks`). */
function videoSourcesOf(endpoint: string): SourceName[] {
  return [0, 1].map((number) => sourceName(`${endpoint}-v${number}`));
}

function ownerOf(source: SourceName): EndpointId {
  return endpointId(source.replace(/-v\d+$/, ''));
}

/** The way back: remembers what the client was told last, since some messages tell of changes. */
class LegacyEvents {
  readonly #conferenceEndpoints: () => readonly EndpointId[];
  readonly #wantedPx = new Map<SourceName, number>();
  #forwarded: readonly EndpointId[] = [];
  #isSelected = false;

  constructor(conferenceEndpoints: () => readonly EndpointId[]) {
    this.#conferenceEndpoints = conferenceEndpoints;
  }

  encode(event: ChannelEvent): string | undefined {
    switch (event.type) {
      case 'hello':
      case 'endpoint-message':
      case 'connectivity':
        return channelCodec.encode(event);
      case 'dominant-speaker':
        return this.#write({
          colibriClass: 'DominantSpeakerEndpointChangeEvent',
          dominantSpeakerEndpoint: event.endpointId,
        });
      case 'forwarded-sources':
        return this.#write(this.#lastN(event.sources));
      case 'sender-constraints':
        return this.#selected(event.source, event.maxHeight);
      case 'endpoint-stats':
      case 'video-sources-map':
      case 'audio-sources-map':
      case 'connection-stats':
        return undefined;
    }
  }

  #lastN(sources: readonly SourceName[]): LegacyBridgeMessage {
    const lastNEndpoints = [...new Set(sources.map(ownerOf))];
    const entering = lastNEndpoints.filter((id) => !this.#forwarded.includes(id));
    const isRepeated = entering.length === 0 && lastNEndpoints.length === this.#forwarded.length;
    this.#forwarded = lastNEndpoints;
    return {
      colibriClass: 'LastNEndpointsChangeEvent',
      lastNEndpoints,
      // Told again, it is a channel that has just opened: to its client all of them are new.
      endpointsEnteringLastN: isRepeated ? lastNEndpoints : entering,
      conferenceEndpoints: [...this.#conferenceEndpoints()],
    };
  }

  #selected(source: SourceName, maxHeight: number): string | undefined {
    this.#wantedPx.set(source, maxHeight);
    const isSelected = [...this.#wantedPx.values()].some(
      (height) => height < 0 || height > thumbnailHeightPx,
    );
    if (isSelected === this.#isSelected) return undefined;
    this.#isSelected = isSelected;
    return this.#write({ colibriClass: 'SelectedUpdateEvent', isSelected });
  }

  #write(message: LegacyBridgeMessage): string {
    return encodeLegacyBridgeMessage(message);
  }
}
