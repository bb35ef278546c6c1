import { z } from 'zod';
import type { Result } from '../../base/result.ts';
import { decodeMessage } from './decode-message.ts';
import {
  constraints,
  constraintsMap,
  endpoint,
  int32,
  int53,
  source,
  sources,
  videoType,
} from './fields.ts';
import { limits } from './limits.ts';

// What a client says (bridge-channel.md §2), field names as on the wire. Unknown fields are ignored, known ones
// have their type or the message is dropped; null is as good as absent.

const receiverVideoConstraints = z.object({
  colibriClass: z.literal('ReceiverVideoConstraints'),
  lastN: int32.nullish(),
  selectedSources: sources.nullish(),
  onStageSources: sources.nullish(),
  defaultConstraints: constraints.nullish(),
  constraints: constraintsMap.nullish(),
  assumedBandwidthBps: int53.nullish(),
});

const receiverAudioSubscription = z.object({
  colibriClass: z.literal('ReceiverAudioSubscription'),
  all: z.boolean().nullish(),
  include: sources.nullish(),
  exclude: sources.nullish(),
  /** The former form, with `list`. */
  mode: z.enum(['All', 'None', 'Include', 'Exclude']).nullish(),
  list: sources.nullish(),
});

const clientMessage = z.discriminatedUnion('colibriClass', [
  z.object({ colibriClass: z.literal('ClientHello') }),
  /** `to` '' = everybody. All fields are kept for the addressees. */
  z.looseObject({
    colibriClass: z.literal('EndpointMessage'),
    to: z.string().max(limits.nameLength),
  }),
  z.looseObject({ colibriClass: z.literal('EndpointStats') }),
  z.object({ colibriClass: z.literal('LastNChangedEvent'), lastN: int32 }),
  receiverVideoConstraints,
  z.object({
    colibriClass: z.literal('SourceVideoTypeMessage'),
    videoType,
    sourceName: source,
    endpointId: endpoint.nullish(),
  }),
  z.object({
    colibriClass: z.literal('VideoTypeMessage'),
    videoType,
    endpointId: endpoint.nullish(),
  }),
  receiverAudioSubscription,
]);

export type ClientMessage = z.infer<typeof clientMessage>;

/** The error says what is wrong, in words for the log. */
export function decodeClientMessage(text: string): Result<ClientMessage, string> {
  return decodeMessage(clientMessage, text);
}

/** For those who play the client. */
export function encodeClientMessage(message: ClientMessage): string {
  return JSON.stringify(message, (_key, value: unknown) =>
    value instanceof Map ? (Object.fromEntries(value) as object) : value,
  );
}
