import { describe, expect, test } from 'vitest';
import { endpointId, sourceName, ssrc } from '../../../src/model/ids.ts';
import { channelCodec } from '../../../src/signaling/channel-codec.ts';

const decode = (message: object) => {
  const command = channelCodec.decode(JSON.stringify(message));
  return command.ok ? command.value : command.error;
};

describe('receiver settings', () => {
  const constraints = (fields: object) =>
    decode({ colibriClass: 'ReceiverVideoConstraints', ...fields });

  test('absent and null fields stay as they were', () => {
    expect(constraints({ lastN: null, constraints: null, selectedSources: null })).toEqual({
      type: 'receiver-settings',
      update: {},
    });
  });

  test('are taken over', () => {
    expect(
      constraints({
        lastN: 0,
        selectedSources: ['a-v0'],
        onStageSources: [],
        defaultConstraints: { maxHeight: 0 },
        constraints: { 'a-v0': { maxHeight: 100_000, maxFrameRate: 15, idealHeight: 720 } },
        assumedBandwidthBps: 5_000_000_000,
      }),
    ).toEqual({
      type: 'receiver-settings',
      update: {
        lastN: 0,
        selectedSources: ['a-v0'],
        onStageSources: [],
        defaultConstraints: { maxHeight: 0, maxFrameRate: -1 },
        constraints: new Map([['a-v0', { maxHeight: 100_000, maxFrameRate: 15 }]]),
        assumedBandwidthBps: 5_000_000_000,
      },
    });
  });

  test('know no last-n below "no limit"', () => {
    expect(constraints({ lastN: -5 })).toMatchObject({ update: { lastN: -1 } });
    expect(decode({ colibriClass: 'LastNChangedEvent', lastN: 3 })).toEqual({
      type: 'last-n',
      lastN: 3,
    });
  });
});

describe('messages for others', () => {
  const message = { colibriClass: 'EndpointMessage', msgPayload: { x: 1 } };

  test.each([
    ['', undefined],
    [' ', undefined],
    ['e1', 'e1'],
  ])('to %j go to %j', (to, addressee) => {
    expect(decode({ ...message, to })).toMatchObject({ type: 'endpoint-message', to: addressee });
  });

  test('get their sender from the bridge and keep the rest', () => {
    const sent = { ...message, to: '', from: 'forged', colibriClass: 'EndpointMessage', more: [1] };
    const command = channelCodec.decode(JSON.stringify(sent));
    if (!command.ok || command.value.type !== 'endpoint-message') throw new Error('not understood');
    const text = channelCodec.encode({
      type: 'endpoint-message',
      from: endpointId('e1'),
      message: command.value.message,
    });
    expect(JSON.parse(text)).toEqual({ ...sent, from: 'e1' });
  });

  test('keep video types of theirs as they are', () => {
    const text = channelCodec.encode({
      type: 'endpoint-stats',
      from: endpointId('e1'),
      message: { colibriClass: 'EndpointStats', videoType: 'camera' },
    });
    expect(JSON.parse(text)).toMatchObject({ videoType: 'camera' });
  });
});

describe('video types', () => {
  test.each(['camera', 'DESKTOP', 'Desktop_High_FPS', 'none'])('%s', (videoType) => {
    expect(
      decode({ colibriClass: 'SourceVideoTypeMessage', sourceName: 'a-v1', videoType }),
    ).toEqual({ type: 'video-type', source: 'a-v1', videoType: videoType.toLowerCase() });
  });

  test('of the old message are for the first source', () => {
    expect(decode({ colibriClass: 'VideoTypeMessage', videoType: 'none' })).toEqual({
      type: 'video-type',
      source: undefined,
      videoType: 'none',
    });
  });
});

describe('audio subscriptions', () => {
  const subscription = (fields: object) => {
    const command = decode({ colibriClass: 'ReceiverAudioSubscription', ...fields });
    return typeof command === 'object' && command.type === 'audio-subscription'
      ? command.subscription
      : command;
  };
  const none = new Set();

  test.each([
    [{}, { all: false, include: none, exclude: none }],
    [
      { all: true, exclude: ['a'] },
      { all: true, include: none, exclude: new Set(['a']) },
    ],
    [{ include: ['a', 'a'] }, { all: false, include: new Set(['a']), exclude: none }],
    [{ mode: 'All' }, { all: true, include: none, exclude: none }],
    [
      { mode: 'None', list: ['a'] },
      { all: false, include: none, exclude: none },
    ],
    [
      { mode: 'Include', list: ['a'] },
      { all: false, include: new Set(['a']), exclude: none },
    ],
    [
      { mode: 'Exclude', list: ['a'] },
      { all: true, include: none, exclude: new Set(['a']) },
    ],
  ])('%j', (fields, expected) => {
    expect(subscription(fields)).toEqual(expected);
  });

  test('of an unknown mode are refused', () => {
    expect(subscription({ mode: 'Some' })).toMatch(/^ReceiverAudioSubscription\.mode: /);
  });
});

describe('what clients compare letter by letter', () => {
  const encode = (event: Parameters<typeof channelCodec.encode>[0]): unknown =>
    JSON.parse(channelCodec.encode(event));

  test('activity is a string', () => {
    expect(encode({ type: 'connectivity', endpointId: endpointId('e'), active: false })).toEqual({
      colibriClass: 'EndpointConnectivityStatusChangeEvent',
      endpoint: 'e',
      active: 'false',
    });
  });

  test('video types in maps are upper case, SSRCs numbers, mids only where there are any', () => {
    const mapping = {
      source: sourceName('a-v0'),
      owner: endpointId('a'),
      ssrc: ssrc(4_294_967_295),
      rtx: ssrc(2),
      videoType: 'desktop_high_fps' as const,
    };
    expect(
      encode({ type: 'video-sources-map', mappings: [mapping, { ...mapping, mid: 'v1' }] }),
    ).toEqual({
      colibriClass: 'VideoSourcesMap',
      mappedSources: [
        { source: 'a-v0', owner: 'a', ssrc: 4_294_967_295, rtx: 2, videoType: 'DESKTOP_HIGH_FPS' },
        {
          source: 'a-v0',
          owner: 'a',
          ssrc: 4_294_967_295,
          rtx: 2,
          videoType: 'DESKTOP_HIGH_FPS',
          mid: 'v1',
        },
      ],
    });
  });

  test('an unannounced version is left out', () => {
    expect(channelCodec.encode({ type: 'hello', version: undefined })).toBe(
      '{"colibriClass":"ServerHello"}',
    );
  });

  test('bit rates are whole numbers', () => {
    expect(encode({ type: 'connection-stats', estimatedDownlinkBps: 1_234.6 })).toEqual({
      colibriClass: 'ConnectionStats',
      estimatedDownlinkBandwidth: 1_235,
    });
  });
});
