import type { SourceName } from './ids.ts';

/** Which audio a receiver wants (bridge-channel.md §2.14); `exclude` wins over the others. */
export type AudioSubscription = {
  readonly all: boolean;
  readonly include: ReadonlySet<SourceName>;
  readonly exclude: ReadonlySet<SourceName>;
};

/** What a receiver that never said anything gets: all ordinary audio. */
export const everyAudioSource: AudioSubscription = {
  all: true,
  include: new Set(),
  exclude: new Set(),
};
