/**
 * Which part of a video source is meant: encoding = place in `Source.encodings` (simulcast), spatial and
 * temporal = scalability layers within that stream (VP9, AV1, H264 with a descriptor). All count from 0.
 */
export type LayerIndex = {
  readonly encoding: number;
  readonly spatial: number;
  readonly temporal: number;
};

/** A layer a source can be sent at now, with everything it depends on included in its bit rate. */
export type Layer = {
  readonly index: LayerIndex;
  /** Pixels of the smaller picture side. */
  readonly height: number;
  /** Frames per second; -1 = unknown. */
  readonly frameRate: number;
  /** Measured over the last second; 0 = nothing arrives on it now. */
  readonly bitrateBps: number;
};

export function sameLayer(a: LayerIndex | undefined, b: LayerIndex | undefined): boolean {
  return a?.encoding === b?.encoding && a?.spatial === b?.spatial && a?.temporal === b?.temporal;
}
