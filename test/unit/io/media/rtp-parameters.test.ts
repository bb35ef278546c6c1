import { describe, expect, it } from 'vitest';
import type { ForwardedStream } from '../../../../src/conference/ports.ts';
import {
  consumerParameters,
  engineLayers,
  mediaCodec,
  modelLayer,
  probeParameters,
  producerParameters,
  usualForm,
  type StreamForm,
} from '../../../../src/io/media/rtp-parameters.ts';
import { endpointId, sourceName, ssrc } from '../../../../src/model/ids.ts';
import { headerExtensionUri } from '../../../../src/model/media-description.ts';
import type { Source } from '../../../../src/model/source.ts';
import { jicofoAudio, jicofoVideo } from '../../../support/client/jicofo-offer.ts';

const camera: Source = {
  name: sourceName('alice-v0'),
  kind: 'video',
  encodings: [1, 2, 3].map((value) => ({ ssrc: ssrc(value), rtx: ssrc(value + 10) })),
  videoType: 'camera',
  synthetic: false,
};
const microphone: Source = {
  ...camera,
  name: sourceName('alice-a0'),
  kind: 'audio',
  encodings: [{ ssrc: ssrc(7) }],
};

const feedbackSsrcs = { audio: ssrc(0xa0a0a0a0), video: ssrc(0xb0b0b0b0) };
const keyframes = { minIntervalMs: 200, maxRequests: 3, windowMs: 10_000 };
const options = { feedbackSsrcs, keyframes };
const sentAs = (payloadType: number, form?: StreamForm) => {
  const codec = mediaCodec(jicofoVideo, payloadType)!;
  return { codec, form: form ?? usualForm(codec) };
};
const vp8 = sentAs(100);
const opus = { codec: jicofoAudio.payloadTypes[0]!, form: 'simulcast' } as const;

function stream(changes: Partial<ForwardedStream> = {}): ForwardedStream {
  return {
    kind: 'video',
    owner: endpointId('alice'),
    source: camera.name,
    ssrc: ssrc(1),
    rtx: ssrc(11),
    ...changes,
  };
}

describe('mediaCodec', () => {
  it('knows video codecs, not what travels beside them', () => {
    expect(mediaCodec(jicofoVideo, 100)?.name).toBe('VP8');
    expect(mediaCodec(jicofoVideo, 96)).toBeUndefined();
    expect(mediaCodec(jicofoVideo, 55)).toBeUndefined();
  });
});

describe('probeParameters', () => {
  it('names the SSRCs and no payload type that RTP may use beside RTCP', () => {
    const { codecs, encodings } = probeParameters(camera.encodings);
    expect(encodings).toEqual([{ ssrc: 1 }, { ssrc: 2 }, { ssrc: 3 }]);
    for (const { payloadType } of codecs) {
      expect(payloadType).toBeGreaterThanOrEqual(64);
      expect(payloadType).toBeLessThanOrEqual(95);
    }
  });
});

describe('producerParameters', () => {
  it('lists every encoding of a VP8 source with its RTX', () => {
    const { codecs, encodings } = producerParameters(camera, jicofoVideo, vp8, feedbackSsrcs);
    expect(codecs.map(({ mimeType, payloadType }) => [mimeType, payloadType])).toEqual([
      ['video/VP8', 100],
      ['video/rtx', 96],
    ]);
    expect(codecs[1]?.parameters).toEqual({ apt: 100 });
    expect(encodings).toEqual([
      { ssrc: 1, rtx: { ssrc: 11 }, scalabilityMode: 'L1T3' },
      { ssrc: 2, rtx: { ssrc: 12 }, scalabilityMode: 'L1T3' },
      { ssrc: 3, rtx: { ssrc: 13 }, scalabilityMode: 'L1T3' },
    ]);
  });

  it.each([41, 101])('takes only the first encoding for payload type %i', (payloadType) => {
    const { encodings } = producerParameters(
      camera,
      jicofoVideo,
      sentAs(payloadType),
      feedbackSsrcs,
    );
    expect(encodings).toEqual([{ ssrc: 1, rtx: { ssrc: 11 }, scalabilityMode: 'L3T3_KEY' }]);
  });

  it('takes VP9 in the form it really has', () => {
    const streams = producerParameters(
      camera,
      jicofoVideo,
      sentAs(101, 'simulcast'),
      feedbackSsrcs,
    );
    expect(streams.encodings?.map(({ scalabilityMode }) => scalabilityMode)).toEqual([
      'L1T3',
      'L1T3',
      'L1T3',
    ]);
    const full = producerParameters(camera, jicofoVideo, sentAs(101, 'svc'), feedbackSsrcs);
    expect(full.encodings).toEqual([{ ssrc: 1, rtx: { ssrc: 11 }, scalabilityMode: 'L3T3' }]);
  });

  it("tells where the senders' allocation of layers is, if that was offered", () => {
    const uri = headerExtensionUri.videoLayersAllocation;
    const offer = {
      ...jicofoVideo,
      headerExtensions: [...jicofoVideo.headerExtensions, { id: 12, uri }],
    };
    const { codecs, headerExtensions } = producerParameters(camera, offer, vp8, feedbackSsrcs);
    expect(codecs[0]?.parameters).toMatchObject({ 'x-layers-allocation-id': 12 });
    expect(headerExtensions?.map(({ id }) => id)).not.toContain(12);
  });

  it("reads the offered extensions under the offered ids, but not the sender's MID", () => {
    const { headerExtensions } = producerParameters(camera, jicofoVideo, vp8, feedbackSsrcs);
    expect(headerExtensions?.map(({ id }) => id)).toEqual([3, 5, 11]);
  });

  it('lets RED and telephone-event travel beside opus', () => {
    const { codecs } = producerParameters(microphone, jicofoAudio, opus, feedbackSsrcs);
    expect(codecs.map(({ payloadType }) => payloadType)).toEqual([111, 126]);
    expect(new Set(codecs.map(({ mimeType }) => mimeType))).toEqual(new Set(['audio/opus']));
  });
});

describe('consumerParameters', () => {
  const sent = producerParameters(camera, jicofoVideo, vp8, feedbackSsrcs);

  it('uses the SSRCs of the plan and the RTX payload type of the offer', () => {
    const parameters = consumerParameters(
      stream({ ssrc: ssrc(50), rtx: ssrc(51) }),
      sent,
      jicofoVideo,
      options,
    );
    expect(parameters?.encodings).toEqual([
      { ssrc: 50, rtx: { ssrc: 51 }, scalabilityMode: 'L3T3' },
    ]);
    expect(parameters?.codecs.map(({ payloadType }) => payloadType)).toEqual([100, 96]);
  });

  it('sends transport-cc, or else abs-send-time, and MID only where the plan has one', () => {
    const uris = (parameters: ReturnType<typeof consumerParameters>) =>
      parameters?.headerExtensions?.map(({ uri }) => uri);
    const { transportCc, absSendTime, mid, dependencyDescriptor } = headerExtensionUri;
    expect(uris(consumerParameters(stream(), sent, jicofoVideo, options))).toEqual([
      transportCc,
      dependencyDescriptor,
    ]);
    expect(uris(consumerParameters(stream({ mid: 'v0' }), sent, jicofoVideo, options))).toContain(
      mid,
    );
    const withoutTcc = {
      ...jicofoVideo,
      headerExtensions: jicofoVideo.headerExtensions.filter(({ uri }) => uri !== transportCc),
    };
    expect(uris(consumerParameters(stream(), sent, withoutTcc, options))).toContain(absSendTime);
  });

  it("limits the receiver's requests for key frames", () => {
    const parameters = consumerParameters(stream(), sent, jicofoVideo, options);
    expect(parameters?.codecs[0]?.parameters).toMatchObject({
      'x-keyframe-min-interval': 200,
      'x-keyframe-max-requests': 3,
      'x-keyframe-window': 10_000,
    });
  });

  it('has no RTX for a receiver that was not offered it', () => {
    const withoutRtx = {
      ...jicofoVideo,
      payloadTypes: jicofoVideo.payloadTypes.filter(({ name }) => name !== 'rtx'),
    };
    const parameters = consumerParameters(stream(), sent, withoutRtx, options);
    expect(parameters?.encodings?.[0]?.rtx).toBeUndefined();
    expect(parameters?.codecs).toHaveLength(1);
  });

  it('refuses a codec the receiver was not offered', () => {
    const withoutVp8 = {
      ...jicofoVideo,
      payloadTypes: jicofoVideo.payloadTypes.filter(({ id }) => id !== 100),
    };
    expect(consumerParameters(stream(), sent, withoutVp8, options)).toBeUndefined();
  });
});

describe('feedback SSRCs', () => {
  it('are told with the media codec, of producers and consumers', () => {
    const sent = producerParameters(camera, jicofoVideo, vp8, feedbackSsrcs);
    expect(sent.codecs[0]?.parameters).toEqual({ 'x-feedback-ssrc': 0xb0b0b0b0 });
    const received = consumerParameters(stream(), sent, jicofoVideo, options);
    expect(received?.codecs[0]?.parameters).toMatchObject({ 'x-feedback-ssrc': 0xb0b0b0b0 });
    const audio = producerParameters(microphone, jicofoAudio, opus, feedbackSsrcs);
    expect(audio.codecs[0]?.parameters).toMatchObject({ 'x-feedback-ssrc': 0xa0a0a0a0 });
  });
});

describe('layers', () => {
  it.each([
    ['simulcast', { encoding: 2, spatial: 0, temporal: 1 }, { spatialLayer: 2, temporalLayer: 1 }],
    ['svc', { encoding: 0, spatial: 2, temporal: 1 }, { spatialLayer: 2, temporalLayer: 1 }],
  ] as const)('are translated both ways for %s', (type, layer, engine) => {
    expect(engineLayers(type, layer)).toEqual(engine);
    expect(modelLayer(type, engine)).toEqual(layer);
  });
});
