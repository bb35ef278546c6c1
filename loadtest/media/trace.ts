/** One RTP packet of a recorded encoder: its size and the headers a bridge reads, not the picture. */
export type TracePacket = {
  /** Of the payload. */
  readonly bytes: number;
  readonly spatial: number;
  readonly temporal: number;
  readonly marker: boolean;
  /** Payload descriptor and frame header, as recorded. */
  readonly head: Buffer;
  /** The dependency descriptor extension; empty = none. */
  readonly descriptor: Buffer;
};

/** What one encoder sent: picture 0 is a key frame, the others can be repeated for ever. */
export type Track = {
  readonly width: number;
  readonly height: number;
  /** Packets of each picture. */
  readonly pictures: readonly (readonly TracePacket[])[];
};

export type VideoCodec = 'VP8' | 'VP9' | 'AV1';

/** A recorded camera: a track for each simulcast encoding, lowest first; one track with SVC. */
export type Trace = {
  readonly codec: VideoCodec;
  readonly framesPerSecond: number;
  readonly tracks: readonly Track[];
};

/** One spatial layer: how many lines it has, and the bits a second that it adds to those below. */
export type Layer = { readonly height: number; readonly bps: number };

/** Spatial layers of a track, lowest first; each is twice as high as the one below. */
export function layersOf({ height, pictures }: Track, framesPerSecond: number): readonly Layer[] {
  const packets = pictures.flat();
  const top = Math.max(...packets.map(({ spatial }) => spatial));
  return Array.from({ length: top + 1 }, (_, spatial) => {
    const own = packets.filter((packet) => packet.spatial === spatial);
    const bytes = own.reduce((sum, packet) => sum + packet.bytes, 0);
    return {
      height: height >> (top - spatial),
      bps: (bytes * 8 * framesPerSecond) / pictures.length,
    };
  });
}

/** `[bytes, spatial, temporal, marker, head, descriptor]`, the last two in hex. */
type PacketRow = readonly [number, number, number, number, string, string];

/** A trace as it is kept in `loadtest/traces/`. */
export type TraceFile = {
  readonly codec: VideoCodec;
  readonly framesPerSecond: number;
  readonly tracks: readonly {
    readonly width: number;
    readonly height: number;
    readonly pictures: readonly (readonly PacketRow[])[];
  }[];
};

export function decodeTrace({ codec, framesPerSecond, tracks }: TraceFile): Trace {
  return {
    codec,
    framesPerSecond,
    tracks: tracks.map(({ width, height, pictures }) => ({
      width,
      height,
      pictures: pictures.map((rows) => rows.map(decodePacket)),
    })),
  };
}

export function encodePacket(packet: TracePacket): PacketRow {
  const { bytes, spatial, temporal, marker, head, descriptor } = packet;
  return [
    bytes,
    spatial,
    temporal,
    marker ? 1 : 0,
    head.toString('hex'),
    descriptor.toString('hex'),
  ];
}

function decodePacket([bytes, spatial, temporal, marker, head, descriptor]: PacketRow) {
  return {
    bytes,
    spatial,
    temporal,
    marker: marker === 1,
    head: Buffer.from(head, 'hex'),
    descriptor: Buffer.from(descriptor, 'hex'),
  };
}
