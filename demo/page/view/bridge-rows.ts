// What the bridge's debug view says of one stream, as rows of a card. The view is read with care: it is not an
// interface, and another bridge's differs.
import { kilobits, type Rows } from './rows.ts';

type Layer = {
  readonly layer?: string;
  readonly height?: number;
  readonly frameRate?: number;
  readonly bitrateBps?: number;
};
export type Received = {
  readonly source?: string;
  readonly wantedMaxHeight?: number;
  readonly target?: Layer;
  readonly ideal?: Layer;
  readonly sent?: string;
  readonly sentHeight?: number;
  readonly limitedBy?: string;
  readonly why?: string;
  readonly sinceSeconds?: number;
};
export type Change = {
  readonly secondsAgo?: number;
  readonly source?: string;
  readonly wantedMaxHeight?: number;
  readonly allowedHeight?: number;
  readonly sentHeight?: number;
  readonly limitedBy?: string;
};
type Sent = {
  readonly source?: string;
  readonly codec?: string;
  readonly layers?: readonly Layer[];
  readonly refusedBecause?: string;
};
/** What is used of an endpoint's entry. */
export type EndpointView = {
  readonly sends?: readonly Sent[];
  readonly receivesVideo?: readonly Received[];
  readonly receivesAudio?: readonly { readonly owner?: string; readonly limitedBy?: string }[];
  readonly history?: readonly Change[];
  readonly bandwidth?: { readonly availableBps?: number; readonly basis?: string };
  readonly lastN?: { readonly lastN?: number; readonly setBy?: string };
  readonly channel?: string;
};

/** The part of the debug view that is about one endpoint; empty where there is none. */
export function endpointOf(conference: unknown, id: string): EndpointView {
  const { endpoints } = (conference ?? {}) as { endpoints?: Record<string, EndpointView | string> };
  const endpoint = endpoints?.[id];
  return typeof endpoint === 'object' ? endpoint : {};
}

/** Of a source we receive: what the bridge chose for us and why not more. */
export function receivedRows({ receivesVideo = [] }: EndpointView, source: string): Rows {
  const entry = receivesVideo.find((each) => each.source === source);
  return [
    ['Bridge chose', layerText(entry?.target)],
    ['Layer that leaves', entry?.sent],
    ['With more bandwidth', layerText(entry?.ideal)],
    ['Why not more', entry?.limitedBy === 'none' ? undefined : entry?.why],
  ];
}

/** Of one encoding we send: what of it arrives. */
export function sentRows({ sends = [] }: EndpointView, source: string, encoding: number): Rows {
  const entry = sends.find((each) => each.source === source);
  const layers = entry?.layers?.filter(({ layer }) => layer?.startsWith(`${encoding}/`)) ?? [];
  return [
    ['Codec at the bridge', entry?.codec],
    ['Arrives at the bridge', layerText(layers.at(-1))],
    ['Refused because', entry?.refusedBecause],
  ];
}

function layerText(layer: Layer | undefined): string | undefined {
  if (layer?.height === undefined) return undefined;
  const rate =
    layer.frameRate !== undefined && layer.frameRate > 0 ? Math.round(layer.frameRate) : 0;
  return [`${layer.height} px`, rate > 0 && `at ${rate}`, kilobits(layer.bitrateBps)]
    .filter((part) => typeof part === 'string')
    .join(' ');
}
