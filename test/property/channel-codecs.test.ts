import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ok } from '../../src/base/result.ts';
import { endpointId, sourceName, ssrc } from '../../src/model/ids.ts';
import { videoTypes } from '../../src/model/source.ts';
import {
  decodeBridgeMessage,
  encodeBridgeMessage,
  type BridgeMessage,
} from '../../src/protocol/channel/bridge-message.ts';
import {
  decodeClientMessage,
  encodeClientMessage,
  type ClientMessage,
} from '../../src/protocol/channel/client-message.ts';
import { anyText, record, word } from './arbitrary-model.ts';

// Hundreds of runs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const source = word.map(sourceName);
const sources = fc.array(source, { maxLength: 4 });
const endpoint = word.map(endpointId);
const videoType = fc.constantFrom(...videoTypes);
const anySsrc = fc.integer({ min: 1, max: 0xffff_ffff }).map(ssrc);
const maxHeight = fc.integer({ min: -1, max: 100_000 });
const int32 = fc.integer();
const constraints = record({ maxHeight, maxFrameRate: fc.constantFrom(-1, 0, 7.5, 30) }, [
  'maxHeight',
]);

/** Whatever applications put into a message; -0 has no JSON form. */
const opaque = fc.dictionary(word, fc.jsonValue({ maxDepth: 4 })).map((members) => {
  return JSON.parse(JSON.stringify(members)) as Record<string, unknown>;
});

function message<C extends string, T>(colibriClass: C, fields: fc.Arbitrary<T>) {
  return fields.map((members) => ({ colibriClass, ...members }));
}

const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  message('ClientHello', fc.constant({})),
  fc.tuple(opaque, anyText).map(([members, to]) => {
    return { ...members, colibriClass: 'EndpointMessage' as const, to };
  }),
  opaque.map((members) => ({ ...members, colibriClass: 'EndpointStats' as const })),
  message('LastNChangedEvent', record({ lastN: int32 }, ['lastN'])),
  message(
    'ReceiverVideoConstraints',
    record(
      {
        lastN: int32,
        selectedSources: sources,
        onStageSources: sources,
        defaultConstraints: constraints,
        constraints: fc.array(fc.tuple(source, constraints)).map((entries) => new Map(entries)),
        assumedBandwidthBps: fc.integer({ min: -1 }),
      },
      [],
    ),
  ),
  message(
    'SourceVideoTypeMessage',
    record({ videoType, sourceName: source, endpointId: endpoint }, ['videoType', 'sourceName']),
  ),
  message('VideoTypeMessage', record({ videoType, endpointId: endpoint }, ['videoType'])),
  message(
    'ReceiverAudioSubscription',
    record(
      {
        all: fc.boolean(),
        include: sources,
        exclude: sources,
        mode: fc.constantFrom('All' as const, 'None' as const, 'Include' as const),
        list: sources,
      },
      [],
    ),
  ),
);

const mapping = { source, owner: endpoint, ssrc: anySsrc, mid: fc.constantFrom('v0', 'a1') };

const bridgeMessage: fc.Arbitrary<BridgeMessage> = fc.oneof(
  message('ServerHello', record({ version: word }, [])),
  fc.tuple(opaque, endpoint).map(([members, from]) => {
    return { ...members, colibriClass: 'EndpointMessage' as const, from };
  }),
  fc.tuple(opaque, endpoint).map(([members, from]) => {
    return { ...members, colibriClass: 'EndpointStats' as const, from };
  }),
  message(
    'DominantSpeakerEndpointChangeEvent',
    fc.record({
      dominantSpeakerEndpoint: endpoint,
      previousSpeakers: fc.array(endpoint, { maxLength: 10 }),
      silence: fc.boolean(),
    }),
  ),
  message(
    'EndpointConnectivityStatusChangeEvent',
    fc.record({ endpoint, active: fc.constantFrom('true' as const, 'false' as const) }),
  ),
  message('ForwardedSources', fc.record({ forwardedSources: sources })),
  message('SenderSourceConstraints', fc.record({ sourceName: source, maxHeight })),
  message(
    'VideoSourcesMap',
    fc.record({
      mappedSources: fc.array(
        record({ ...mapping, rtx: anySsrc, videoType }, [
          'source',
          'owner',
          'ssrc',
          'rtx',
          'videoType',
        ]),
      ),
    }),
  ),
  message(
    'AudioSourcesMap',
    fc.record({ mappedSources: fc.array(record(mapping, ['source', 'owner', 'ssrc'])) }),
  ),
  message('ConnectionStats', fc.record({ estimatedDownlinkBandwidth: fc.nat() })),
);

test("a client's message survives its text", () => {
  fc.assert(
    fc.property(clientMessage, (value) => {
      expect(decodeClientMessage(encodeClientMessage(value))).toStrictEqual(ok(value));
    }),
    { numRuns: 500 },
  );
});

test("a bridge's message survives its text", () => {
  fc.assert(
    fc.property(bridgeMessage, (value) => {
      expect(decodeBridgeMessage(encodeBridgeMessage(value))).toStrictEqual(ok(value));
    }),
    { numRuns: 500 },
  );
});
