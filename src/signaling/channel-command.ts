import { withoutUndefined } from '../base/without-undefined.ts';
import type { ChannelCommand, ReceiverSettingsUpdate } from '../conference/channel-messages.ts';
import type { AudioSubscription } from '../model/audio-subscription.ts';
import type { VideoConstraints } from '../model/constraints.ts';
import { endpointId } from '../model/ids.ts';
import type { ClientMessage } from '../protocol/channel/client-message.ts';

type Message<Class> = Extract<ClientMessage, { colibriClass: Class }>;

const unlimited = -1;

/** What a client's message asks for (bridge-channel.md §2). */
export function channelCommand(message: ClientMessage): ChannelCommand {
  switch (message.colibriClass) {
    case 'ClientHello':
      return { type: 'hello' };
    case 'EndpointMessage':
      return {
        type: 'endpoint-message',
        to: message.to.trim() === '' ? undefined : endpointId(message.to),
        message,
      };
    case 'EndpointStats':
      return { type: 'endpoint-stats', message };
    case 'LastNChangedEvent':
      return { type: 'last-n', lastN: lastN(message.lastN) };
    case 'ReceiverVideoConstraints':
      return { type: 'receiver-settings', update: settingsUpdate(message) };
    case 'SourceVideoTypeMessage':
      return { type: 'video-type', source: message.sourceName, videoType: message.videoType };
    case 'VideoTypeMessage':
      return { type: 'video-type', source: undefined, videoType: message.videoType };
    case 'ReceiverAudioSubscription':
      return { type: 'audio-subscription', subscription: audioSubscription(message) };
  }
}

function settingsUpdate(message: Message<'ReceiverVideoConstraints'>): ReceiverSettingsUpdate {
  const { defaultConstraints, constraints } = message;
  return withoutUndefined({
    lastN: isGiven(message.lastN) ? lastN(message.lastN) : undefined,
    selectedSources: message.selectedSources ?? undefined,
    onStageSources: message.onStageSources ?? undefined,
    defaultConstraints: defaultConstraints ? videoConstraints(defaultConstraints) : undefined,
    constraints: constraints
      ? new Map([...constraints].map(([name, wanted]) => [name, videoConstraints(wanted)]))
      : undefined,
    assumedBandwidthBps: message.assumedBandwidthBps ?? undefined,
  });
}

function lastN(value: number): number {
  return Math.max(value, unlimited);
}

function videoConstraints(wanted: {
  maxHeight: number;
  maxFrameRate?: number | null | undefined;
}): VideoConstraints {
  return { maxHeight: wanted.maxHeight, maxFrameRate: wanted.maxFrameRate ?? unlimited };
}

/** `mode` with `list` is the former form of the message and wins (bridge-channel.md §2.14). */
function audioSubscription(message: Message<'ReceiverAudioSubscription'>): AudioSubscription {
  const { mode } = message;
  if (!isGiven(mode)) {
    return {
      all: message.all ?? false,
      include: new Set(message.include),
      exclude: new Set(message.exclude),
    };
  }
  return {
    all: mode === 'All' || mode === 'Exclude',
    include: new Set(mode === 'Include' ? message.list : undefined),
    exclude: new Set(mode === 'Exclude' ? message.list : undefined),
  };
}

/** Null is as good as absent. */
function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}
