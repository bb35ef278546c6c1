import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ChannelEvent } from '../../src/conference/channel-messages.ts';
import {
  decodeBridgeMessage,
  type BridgeMessage,
} from '../../src/protocol/channel/bridge-message.ts';
import {
  decodeClientMessage,
  encodeClientMessage,
} from '../../src/protocol/channel/client-message.ts';
import { channelCodec } from '../../src/signaling/channel-codec.ts';

const folder = new URL('data/client/', import.meta.url);
const messageLine = /^\s*\d+\.\d+ p\d (>>|<<) (?:DC|WS) (\{.*\})$/;

for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
  const messages = readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .map((line) => messageLine.exec(line))
    .filter((match) => match !== null)
    .map(([, direction, text = '']) => ({ fromClient: direction === '>>', text }));

  describe(file, () => {
    const sent = messages.filter(({ fromClient }) => fromClient);
    const received = messages.filter(({ fromClient }) => !fromClient);

    test(`the ${sent.length} messages of clients are understood`, () => {
      for (const { text } of sent) {
        const message = decodeClientMessage(text);
        expect(message, text).toMatchObject({ ok: true });
        if (message.ok)
          expect(JSON.parse(encodeClientMessage(message.value))).toEqual(JSON.parse(text));
        expect(channelCodec.decode(text), text).toMatchObject({ ok: true });
      }
    });

    test(`the ${received.length} messages of JVB are what we would write`, () => {
      expect(received.length).toBeGreaterThan(0);
      for (const { text } of received) {
        const message = decodeBridgeMessage(text);
        if (!message.ok) throw new Error(`${message.error}: ${text}`);
        const event = asEvent(message.value);
        expect(JSON.parse(channelCodec.encode(event)), text).toEqual(JSON.parse(text));
      }
    });
  });
}

/** The event that makes us write such a message. */
function asEvent(message: BridgeMessage): ChannelEvent {
  switch (message.colibriClass) {
    case 'ServerHello':
      return { type: 'hello', version: message.version };
    case 'EndpointMessage':
      return { type: 'endpoint-message', from: message.from, message };
    case 'EndpointStats':
      return { type: 'endpoint-stats', from: message.from, message };
    case 'DominantSpeakerEndpointChangeEvent':
      return {
        type: 'dominant-speaker',
        endpointId: message.dominantSpeakerEndpoint,
        previous: message.previousSpeakers,
        silence: message.silence,
      };
    case 'EndpointConnectivityStatusChangeEvent':
      return {
        type: 'connectivity',
        endpointId: message.endpoint,
        active: message.active === 'true',
      };
    case 'ForwardedSources':
      return { type: 'forwarded-sources', sources: message.forwardedSources };
    case 'SenderSourceConstraints':
      return {
        type: 'sender-constraints',
        source: message.sourceName,
        maxHeight: message.maxHeight,
      };
    case 'VideoSourcesMap':
      return { type: 'video-sources-map', mappings: message.mappedSources.map(withoutAbsentMid) };
    case 'AudioSourcesMap':
      return { type: 'audio-sources-map', mappings: message.mappedSources.map(withoutAbsentMid) };
    case 'ConnectionStats':
      return {
        type: 'connection-stats',
        estimatedDownlinkBps: message.estimatedDownlinkBandwidth,
      };
  }
}

function withoutAbsentMid<T extends { readonly mid?: string | undefined }>({ mid, ...rest }: T) {
  return mid === undefined ? rest : { ...rest, mid };
}
