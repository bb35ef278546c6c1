import { isDeepStrictEqual } from 'node:util';
import { sourceName } from '../../src/model/ids.ts';
import type { ClientMessage } from '../../src/protocol/channel/client-message.ts';
import { type ClientSpec, endpointOf } from './client-spec.ts';

type Constraints = Extract<ClientMessage, { colibriClass: 'ReceiverVideoConstraints' }>;

/** Jitsi Meet shows at most this many tiles without scrolling (react/features/video-layout/constants.ts). */
export const MAX_TILES = 25;
const STAGE_HEIGHT = 720;
const THUMBNAIL_HEIGHT = 180;

/**
 * What a Jitsi client asks for (bridge-channel.md §2.9): every visible source by name with its height, 0 for the rest.
 *
 * @param others participants with a camera
 * @param speaker who is on the stage
 */
export function constraintsFor(
  { view, lastN }: Pick<ClientSpec, 'view' | 'lastN'>,
  others: readonly number[],
  speaker: number | undefined,
): Constraints {
  const nothing = { maxHeight: 0, maxFrameRate: -1 };
  const base = { colibriClass: 'ReceiverVideoConstraints', defaultConstraints: nothing } as const;
  if (view === 'none') return { ...base, lastN: 0, constraints: new Map() };
  const visible = others.slice(0, MAX_TILES);
  const onStage = speaker !== undefined && others.includes(speaker) ? speaker : others[0];
  const height = (participant: number): number => {
    if (view === 'stage') return participant === onStage ? STAGE_HEIGHT : THUMBNAIL_HEIGHT;
    return tileHeight(visible.length);
  };
  const stage = view === 'stage' && onStage !== undefined ? [camera(onStage)] : [];
  const shown = [
    ...new Set([...(view === 'stage' && onStage !== undefined ? [onStage] : []), ...visible]),
  ];
  return {
    ...base,
    lastN,
    onStageSources: stage,
    selectedSources: [],
    constraints: new Map(
      shown.map((other) => [camera(other), { maxHeight: height(other), maxFrameRate: -1 }]),
    ),
  };
}

/** What a client asked for last: a Jitsi client speaks up only when it wants something else (lib-jitsi-meet: ReceiveVideoController). */
export class VideoRequests {
  #asked: Constraints | undefined;

  /** @returns what to send; undefined = that is what it asked for already */
  next(...view: Parameters<typeof constraintsFor>): Constraints | undefined {
    const wanted = constraintsFor(...view);
    if (isDeepStrictEqual(wanted, this.#asked)) return undefined;
    this.#asked = wanted;
    return wanted;
  }

  /** Nobody heard it: the channel is a new one. */
  forget(): void {
    this.#asked = undefined;
  }
}

/** By the room a tile gets in a 1080-pixel window. */
function tileHeight(tiles: number): number {
  if (tiles <= 1) return 720;
  return tiles <= 6 ? 360 : 180;
}

function camera(participant: number) {
  return sourceName(`${endpointOf(participant)}-v0`);
}
