import { describe, expect, it } from 'vitest';
import type { ChannelEvent } from '../../../../src/conference/channel-messages.ts';
import { endpointId, sourceName } from '../../../../src/model/ids.ts';
import { newLegacyChannelCodec } from '../../../../src/signaling/colibri1/legacy-channel-codec.ts';

const codec = (ids: readonly string[] = []) => {
  const made = newLegacyChannelCodec(() => ids.map(endpointId));
  return {
    decode: (text: string) => made.decode(text),
    encode: (event: ChannelEvent) => made.encode(event),
  };
};
const say = (message: object) => JSON.stringify(message);

describe('a client of 2018', () => {
  it('selects, pins and bounds in messages of their own, which add up', () => {
    const { decode } = codec();
    const update = (message: object) => {
      const command = decode(say(message));
      return command.ok && command.value.type === 'receiver-settings' && command.value.update;
    };
    const upTo = (maxHeight: number) => ({ maxHeight, maxFrameRate: -1 });
    expect(update({ colibriClass: 'PinnedEndpointChangedEvent', pinnedEndpoint: 'a' })).toEqual({
      selectedSources: ['a-v0', 'a-v1'],
      onStageSources: [],
      defaultConstraints: upTo(180),
      constraints: new Map(),
    });
    expect(
      update({ colibriClass: 'SelectedEndpointsChangedEvent', selectedEndpoints: ['b', ''] }),
    ).toEqual({
      selectedSources: ['a-v0', 'a-v1'],
      onStageSources: ['b-v0', 'b-v1'],
      defaultConstraints: upTo(180),
      constraints: new Map([
        ['b-v0', upTo(2160)],
        ['b-v1', upTo(2160)],
      ]),
    });
    expect(update({ colibriClass: 'ReceiverVideoConstraint', maxFrameHeight: 90 })).toMatchObject({
      defaultConstraints: upTo(90),
      constraints: new Map([
        ['b-v0', upTo(90)],
        ['b-v1', upTo(90)],
      ]),
    });
    expect(
      update({ colibriClass: 'SelectedEndpointChangedEvent', selectedEndpoint: null }),
    ).toMatchObject({ onStageSources: [] });
    expect(
      update({ colibriClass: 'PinnedEndpointsChangedEvent', pinnedEndpoints: [] }),
    ).toMatchObject({ selectedSources: [] });
  });

  it.each([
    ['a bound that is no number', { colibriClass: 'ReceiverVideoConstraint', maxFrameHeight: 'x' }],
    [
      'selected endpoints that are no list',
      { colibriClass: 'SelectedEndpointsChangedEvent', selectedEndpoints: 'a' },
    ],
    ['a class nobody knows', { colibriClass: 'Mystery' }],
  ])('is not understood: %s', (_, message) => {
    expect(codec().decode(say(message)).ok).toBe(false);
  });

  it('says the rest in words of today', () => {
    const { decode } = codec();
    expect(decode(say({ colibriClass: 'LastNChangedEvent', lastN: 3 }))).toMatchObject({
      value: { type: 'last-n', lastN: 3 },
    });
    expect(
      decode(say({ colibriClass: 'EndpointMessage', to: '', msgPayload: { raise: 1 } })),
    ).toMatchObject({ value: { type: 'endpoint-message', to: undefined } });
    expect(decode(say({ colibriClass: 'ClientHello' }))).toMatchObject({
      value: { type: 'hello' },
    });
  });
});

describe('the bridge', () => {
  const told = (encode: (event: ChannelEvent) => string | undefined) => (event: ChannelEvent) => {
    const text = encode(event);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  };
  const forwarded = (...names: string[]): ChannelEvent => ({
    type: 'forwarded-sources',
    sources: names.map(sourceName),
  });

  it('tells whose video is forwarded, who is new among them, and who is there', () => {
    const tell = told(codec(['a', 'b', 'me']).encode);
    const message = (lastNEndpoints: string[], endpointsEnteringLastN: string[]) => ({
      colibriClass: 'LastNEndpointsChangeEvent',
      lastNEndpoints,
      endpointsEnteringLastN,
      conferenceEndpoints: ['a', 'b', 'me'],
    });
    expect(tell(forwarded('a-v0'))).toEqual(message(['a'], ['a']));
    expect(tell(forwarded('a-v0', 'b-v0', 'b-v1'))).toEqual(message(['a', 'b'], ['b']));
    expect(tell(forwarded('a-v0', 'b-v0'))).toEqual(message(['a', 'b'], ['a', 'b']));
    expect(tell(forwarded('b-v0'))).toEqual(message(['b'], []));
  });

  it('tells a sender when it becomes, and ceases to be, wanted large', () => {
    const tell = told(codec().encode);
    const wanted = (source: string, maxHeight: number) =>
      tell({ type: 'sender-constraints', source: sourceName(source), maxHeight });
    expect(wanted('a-v0', 180)).toBeUndefined();
    expect(wanted('a-v0', 720)).toEqual({ colibriClass: 'SelectedUpdateEvent', isSelected: true });
    expect(wanted('a-v1', -1)).toBeUndefined();
    expect(wanted('a-v0', 0)).toBeUndefined();
    expect(wanted('a-v1', 180)).toEqual({ colibriClass: 'SelectedUpdateEvent', isSelected: false });
  });

  it('tells the rest without what 2018 does not know', () => {
    const tell = told(codec().encode);
    const a = endpointId('a');
    expect(tell({ type: 'dominant-speaker', endpointId: a, previous: [], silence: false })).toEqual(
      { colibriClass: 'DominantSpeakerEndpointChangeEvent', dominantSpeakerEndpoint: 'a' },
    );
    expect(tell({ type: 'connectivity', endpointId: a, active: false })).toEqual({
      colibriClass: 'EndpointConnectivityStatusChangeEvent',
      endpoint: 'a',
      active: 'false',
    });
    expect(tell({ type: 'hello', version: undefined })).toEqual({ colibriClass: 'ServerHello' });
    expect(
      tell({ type: 'endpoint-message', from: a, message: { msgPayload: 1, from: 'x' } }),
    ).toEqual({ colibriClass: 'EndpointMessage', msgPayload: 1, from: 'a' });
    expect(tell({ type: 'endpoint-stats', from: a, message: {} })).toBeUndefined();
    expect(tell({ type: 'connection-stats', estimatedDownlinkBps: 1 })).toBeUndefined();
    expect(tell({ type: 'video-sources-map', mappings: [] })).toBeUndefined();
  });
});
