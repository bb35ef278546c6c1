import type { Layer, LayerIndex } from '../../model/layer.ts';
import type { LayerSample } from './worker-reports.ts';

/** What is taken for the height of the lowest layer until a key frame says it, pixels (allocation.md §2.1). */
const LOWEST_HEIGHT = 180;
/** Temporal layers are told apart by their share of the full frame rate: all, a half, a quarter … of it. */
const LEAST_SHARE_EXPONENT = -3;
/** Encoders give a layer more frames one second and fewer the next: it has another share once it is so many octaves from the one it had. */
const SHARE_NOISE = 0.75;
/** A change of the frame rate or of a bit rate below these shares is noise. */
const FRAME_RATE_NOISE = 0.2;
const BITRATE_NOISE = 0.1;

/** Where the layers of a source are: in an RTP stream each, in one that needs only the chosen one, in one that needs all below. */
export type SpatialForm = 'streams' | 'alone' | 'stacked';

/** Makes the layers of one video source of the worker's reports (docs/media-plane.md, "Layers"). */
export class LayerMeter {
  readonly #form: SpatialForm;
  #layers: readonly Layer[];
  /** Of the whole source, frames per second; kept until it differs for sure. */
  #frameRate = 0;
  /** Which share of it each layer has, as a power of two. */
  readonly #shares = new Map<string, number>();

  /** @param layers what is taken to arrive until the first report */
  constructor(form: SpatialForm, layers: readonly Layer[] = []) {
    this.#form = form;
    this.#layers = layers;
  }

  /** What arrives now, in ascending quality; empty if nothing does. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** Takes a report; true if the layers differ enough from before to be told. */
  take(samples: readonly LayerSample[]): boolean {
    // Silence is no frame rate: what was known of it stands for when it starts again.
    if (samples.every(({ bitrateBps }) => bitrateBps === 0)) return this.#replace([]);
    const measured = samples.map((sample) => this.#measure(sample, samples));
    this.#followFrameRate(Math.max(0, ...measured.map(({ frameRate }) => frameRate)));
    return this.#replace(measured.map((layer) => ({ ...layer, frameRate: this.#steady(layer) })));
  }

  /** Nothing is let through any more. True if something was. */
  clear(): boolean {
    return this.#replace([]);
  }

  #measure(sample: LayerSample, samples: readonly LayerSample[]): Layer {
    const below = samples.filter(
      ({ encoding, spatial, temporal }) =>
        encoding === sample.encoding &&
        temporal <= sample.temporal &&
        (this.#form === 'stacked' ? spatial <= sample.spatial : spatial === sample.spatial),
    );
    const own = below.filter(({ spatial }) => spatial === sample.spatial);
    const { encoding, spatial, temporal } = sample;
    return {
      index: { encoding, spatial, temporal },
      height: this.#height(sample, samples),
      frameRate: sumOf(own, ({ frameRate }) => frameRate),
      bitrateBps: sumOf(below, ({ bitrateBps }) => bitrateBps),
    };
  }

  #height(sample: LayerSample, samples: readonly LayerSample[]): number {
    if (sample.height > 0) return Math.min(sample.width, sample.height);
    const known = samples.find(({ height }) => height > 0);
    const place = (index: LayerIndex) =>
      this.#form === 'streams' ? index.encoding : index.spatial;
    return known
      ? Math.round(Math.min(known.width, known.height) * 2 ** (place(sample) - place(known)))
      : LOWEST_HEIGHT * 2 ** place(sample);
  }

  #followFrameRate(measured: number): void {
    const differs = Math.abs(measured - this.#frameRate) > this.#frameRate * FRAME_RATE_NOISE;
    if (differs) this.#frameRate = Math.max(measured, 1);
  }

  /** Counted over a second, 29 frames and 31 are the same: the layers of all streams are to compare. */
  #steady({ index, frameRate }: Layer): number {
    const { encoding, spatial, temporal } = index;
    const place = `${encoding} ${spatial} ${temporal}`;
    const measured = frameRate > 0 ? Math.log2(frameRate / this.#frameRate) : LEAST_SHARE_EXPONENT;
    const former = this.#shares.get(place) ?? Infinity;
    const isSame = Math.abs(measured - former) < SHARE_NOISE;
    const share = isSame
      ? former
      : Math.min(0, Math.max(LEAST_SHARE_EXPONENT, Math.round(measured)));
    this.#shares.set(place, share);
    return this.#frameRate * 2 ** share;
  }

  #replace(layers: readonly Layer[]): boolean {
    const changed = differ(this.#layers, layers);
    if (changed) this.#layers = layers;
    return changed;
  }
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

/** Other layers, or a rate that moved for sure. */
function differ(before: readonly Layer[], after: readonly Layer[]): boolean {
  if (before.length !== after.length) return true;
  return after.some((layer, place) => {
    const former = before[place] ?? layer;
    return (
      former.index.encoding !== layer.index.encoding ||
      former.index.spatial !== layer.index.spatial ||
      former.index.temporal !== layer.index.temporal ||
      former.height !== layer.height ||
      former.frameRate !== layer.frameRate ||
      Math.abs(former.bitrateBps - layer.bitrateBps) > former.bitrateBps * BITRATE_NOISE
    );
  });
}
