import type { Member, SourceState } from '../../signal-messages.ts';
import type { Call } from '../call/call.ts';
import type { CallState } from '../call/call-state.ts';
import type { AudioTrack } from './remote-audio.ts';
import type { TileState } from './tile.ts';

type OwnTracks = ReadonlyMap<'v0' | 'v1', MediaStreamTrack | null>;

/** The tiles of a call: everybody's camera, oneself first, then screen shares. */
export function tilesOf(call: Call, state: CallState, own: OwnTracks): TileState[] {
  const me = memberTiles(state.me, state, (name) => own.get(name.endsWith('v1') ? 'v1' : 'v0'));
  const others = state.others.flatMap((member) =>
    memberTiles(member, state, (source) => remoteTrack(call, state, source)),
  );
  return [...me, ...others];
}

function memberTiles(
  member: Member,
  state: CallState,
  trackOf: (source: string) => MediaStreamTrack | null | undefined,
): TileState[] {
  const own = member.id === state.me.id;
  const common = {
    owner: member.id,
    own,
    speaking: state.dominantSpeaker === member.id,
    microphoneMuted: member.sources.find(isAudio)?.muted ?? true,
  };
  const camera = member.sources.find(({ name }) => name.endsWith('-v0'));
  const cameraName = `${member.id}-v0`;
  const tiles: TileState[] = [
    {
      ...common,
      source: cameraName,
      name: member.name,
      screenShare: false,
      track: (camera?.muted ?? true) ? undefined : (trackOf(cameraName) ?? undefined),
      note: own ? '' : forwardingNote(cameraName, camera, state),
    },
  ];
  for (const screen of member.sources.filter(isScreen)) {
    tiles.push({
      ...common,
      source: screen.name,
      name: own ? 'Your screen' : `${member.name}’s screen`,
      screenShare: true,
      microphoneMuted: false,
      speaking: false,
      own,
      track: trackOf(screen.name) ?? undefined,
      note: own ? '' : forwardingNote(screen.name, screen, state),
    });
  }
  return tiles;
}

/** The tracks of the microphones that have a stream. */
export function audioOf(call: Call, state: CallState): AudioTrack[] {
  return state.streams.flatMap(({ kind, ssrc, source }) => {
    const track = kind === 'audio' && source !== undefined && call.receivedTrack(ssrc);
    return track ? [{ source, track }] : [];
  });
}

function remoteTrack(call: Call, state: CallState, source: string): MediaStreamTrack | undefined {
  const stream = state.streams.find((candidate) => candidate.source === source);
  return stream && call.receivedTrack(stream.ssrc);
}

/** Says so when the bridge deliberately sends nothing. */
function forwardingNote(
  name: string,
  source: SourceState | undefined,
  { forwarded }: CallState,
): string {
  if (!source || source.muted || !forwarded || forwarded.includes(name)) return '';
  return 'not forwarded';
}

const isAudio = ({ name }: SourceState): boolean => name.endsWith('-a0');
const isScreen = ({ name, muted }: SourceState): boolean => name.endsWith('-v1') && !muted;
