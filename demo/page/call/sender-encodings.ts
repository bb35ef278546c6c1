// What the encoder is told, given what the receivers want at most (bridge-channel.md §2.11).

/** Top bit rates of a 720-line camera's encodings, lowest first, bit/s: lib-jitsi-meet's defaults. */
const simulcastBitratesBps: Readonly<Record<string, readonly [number, number, number]>> = {
  VP8: [200_000, 500_000, 1_500_000],
  H264: [200_000, 500_000, 1_500_000],
  VP9: [100_000, 300_000, 1_200_000],
  AV1: [100_000, 300_000, 1_000_000],
};

export type EncodingSetting = {
  readonly active: boolean;
  readonly scaleResolutionDownBy: number;
  readonly maxBitrate: number;
  readonly scalabilityMode?: string;
};

export type SenderOptions = {
  /** Encodings the browser has for the sender: 3 with simulcast. */
  readonly encodings: number;
  readonly codec: string;
  /** Pixels of the captured picture's smaller side. */
  readonly captureHeightPx: number;
  /** The most any receiver wants: -1 = no limit, 0 = nobody wants it. */
  readonly maxHeight: number;
  /** The browser can be told a scalability mode. */
  readonly scalable: boolean;
};

/** One setting for each encoding. Nothing is sent when nobody wants it; otherwise at least the lowest layer. */
export function encodingSettings(options: SenderOptions): EncodingSetting[] {
  const { encodings, codec, captureHeightPx, maxHeight } = options;
  const bitrates = topBitrates(codec, captureHeightPx);
  const wanted = maxHeight !== 0;
  const limitPx = maxHeight < 0 ? captureHeightPx : Math.min(maxHeight, captureHeightPx);
  const top = {
    active: wanted,
    scaleResolutionDownBy: limitPx > 0 ? Math.max(1, captureHeightPx / limitPx) : 1,
    maxBitrate: bitrates[2],
  };
  if (encodings < 3) return Array.from({ length: encodings }, () => top);
  if (options.scalable && (codec === 'VP9' || codec === 'AV1')) {
    // One scalable stream on the first SSRC; the others stay silent (colibri2.md §6.3).
    const silent = { ...top, active: false, scaleResolutionDownBy: 1 };
    return [{ ...top, scalabilityMode: 'L3T3_KEY' }, silent, silent];
  }
  return [4, 2, 1].map((scale, index) => ({
    active: wanted && (index === 0 || captureHeightPx / scale <= limitPx),
    scaleResolutionDownBy: scale,
    maxBitrate: bitrates[index] ?? bitrates[2],
  }));
}

/** A smaller picture needs less: otherwise the lowest encoding takes what the others could be sent with. */
function topBitrates(codec: string, captureHeightPx: number): [number, number, number] {
  const [low, middle, high] = simulcastBitratesBps[codec] ?? [200_000, 500_000, 1_500_000];
  const share = Math.min(1, (captureHeightPx / 720) ** 1.5);
  return [Math.round(low * share), Math.round(middle * share), Math.round(high * share)];
}
