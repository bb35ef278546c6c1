import type { Layer } from '../../model/layer.ts';
import type { SourceEncoding } from '../../model/source.ts';

/** What the worker counted for one SSRC: packets since its start, bit/s by `spatial.temporal`, each with what is below it. */
export type StreamSample = {
  readonly ssrc: number;
  readonly packetCount: number;
  readonly bitrate: number;
  readonly bitrateByLayer: Readonly<Record<string, number>>;
};

const LOWEST_HEIGHT = 180;
const FULL_FRAME_RATE = 30;
const MAX_LAYERS = 3;

/**
 * Finds the layers of one video source from samples taken about once a second. Heights and frame rates are not measured:
 * 180, 360, 720 by place and 30 halved per temporal layer, as JVB assumes until it sees a key frame (allocation.md §2.1).
 */
export class LayerMeter {
  readonly #encodings: readonly SourceEncoding[];
  readonly #svc: boolean;
  readonly #packetCounts = new Map<number, number>();
  #layers: readonly Layer[];

  /**
   * @param svc all layers come on the first SSRC, spatial ones predicted at key frames only (K-SVC)
   * @param layers what is taken to arrive until the first sample
   */
  constructor(encodings: readonly SourceEncoding[], svc: boolean, layers: readonly Layer[] = []) {
    this.#encodings = encodings;
    this.#svc = svc;
    this.#layers = layers;
  }

  /** What arrives now, in ascending quality; empty if nothing does. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** Takes a sample; true if the layers differ enough from before to be told. */
  take(samples: readonly StreamSample[]): boolean {
    const layers: Layer[] = [];
    this.#encodings.forEach(({ ssrc }, encoding) => {
      const sample = samples.find((candidate) => candidate.ssrc === ssrc);
      if (!sample) return;
      const before = this.#packetCounts.get(ssrc) ?? 0;
      this.#packetCounts.set(ssrc, sample.packetCount);
      if (sample.packetCount === before) return;
      layers.push(...(this.#svc ? svcLayers(sample) : encodingLayers(sample, encoding)));
    });
    return this.#replace(layers);
  }

  /** The worker saw no packet of this SSRC for a while: its layers are gone. True if there were any. */
  silence(ssrc: number): boolean {
    const encoding = this.#encodings.findIndex((candidate) => candidate.ssrc === ssrc);
    return this.#replace(this.#layers.filter(({ index }) => index.encoding !== encoding));
  }

  /** Nothing is let through any more. True if something was. */
  clear(): boolean {
    return this.#replace([]);
  }

  #replace(layers: readonly Layer[]): boolean {
    const changed = differ(this.#layers, layers);
    if (changed) this.#layers = layers;
    return changed;
  }
}

function encodingLayers(sample: StreamSample, encoding: number): Layer[] {
  const rates = temporalRates(sample, 0);
  // Without temporal layers, or with a payload that is not parsed (encrypted in full), there is one layer.
  const found = rates.length > 0 ? rates : [sample.bitrate];
  return found.map((bitrateBps, temporal) => ({
    index: { encoding, spatial: 0, temporal },
    height: LOWEST_HEIGHT * 2 ** encoding,
    frameRate: FULL_FRAME_RATE / 2 ** (found.length - 1 - temporal),
    bitrateBps,
  }));
}

function svcLayers(sample: StreamSample): Layer[] {
  const layers: Layer[] = [];
  let below = 0;
  for (let spatial = 0; spatial < MAX_LAYERS; spatial += 1) {
    const rates = temporalRates(sample, spatial);
    rates.forEach((bitrate, temporal) => {
      layers.push({
        index: { encoding: 0, spatial, temporal },
        height: LOWEST_HEIGHT * 2 ** spatial,
        frameRate: FULL_FRAME_RATE / 2 ** (rates.length - 1 - temporal),
        // The worker adds the layers below, which K-SVC does not send along.
        bitrateBps: Math.max(bitrate - below, 0),
      });
    });
    below = rates.at(-1) ?? below;
  }
  return layers.length > 0 ? layers : encodingLayers(sample, 0);
}

/** Rates of the temporal layers received within a spatial one, lowest first. */
function temporalRates({ bitrateByLayer }: StreamSample, spatial: number): number[] {
  const rates: number[] = [];
  for (let temporal = 0; temporal < MAX_LAYERS; temporal += 1) {
    const rate = bitrateByLayer[`${spatial}.${temporal}`] ?? 0;
    if (rate === 0) break;
    rates.push(rate);
  }
  return rates;
}

/** Another set of layers, or a rate that moved by more than a tenth. */
function differ(before: readonly Layer[], after: readonly Layer[]): boolean {
  if (before.length !== after.length) return true;
  return after.some((layer, place) => {
    const { index, bitrateBps } = before[place] ?? layer;
    return (
      index.encoding !== layer.index.encoding ||
      index.spatial !== layer.index.spatial ||
      index.temporal !== layer.index.temporal ||
      Math.abs(bitrateBps - layer.bitrateBps) > bitrateBps / 10
    );
  });
}
