// What to ask the bridge for, given what is on the screen (bridge-channel.md §2.9, as jitsi-meet does it).

/** A video tile as it is laid out. */
export type VisibleVideo = {
  readonly source: string;
  /** Device pixels of the tile's height. */
  readonly heightPx: number;
  readonly onStage: boolean;
  readonly screenShare: boolean;
};

export type ReceiverVideoConstraints = {
  readonly onStageSources: readonly string[];
  readonly selectedSources: readonly string[];
  readonly defaultConstraints: { readonly maxHeight: number };
  readonly constraints: Readonly<Record<string, { readonly maxHeight: number }>>;
};

/** What jitsi-meet asks of a screen share: no limit. */
const unlimitedPx = 100_000;

export function receiverConstraints(videos: readonly VisibleVideo[]): ReceiverVideoConstraints {
  return {
    onStageSources: videos.filter(({ onStage }) => onStage).map(({ source }) => source),
    selectedSources: videos.filter(({ screenShare }) => screenShare).map(({ source }) => source),
    defaultConstraints: { maxHeight: 0 },
    constraints: Object.fromEntries(
      videos.map(({ source, heightPx, screenShare }) => [
        source,
        { maxHeight: screenShare ? unlimitedPx : simulcastHeight(heightPx) },
      ]),
    ),
  };
}

/** The height of the simulcast layer that fills a tile without being blown up much. */
function simulcastHeight(tilePx: number): number {
  if (tilePx <= 240) return 180;
  return tilePx <= 480 ? 360 : 720;
}
