// The page's address says which room (after #) and may set anything a person could choose, for trials and tests.
import { anyNote } from './media/tone.ts';

export type PictureChoice = 'camera' | 'drawn' | 'none';
export type SoundChoice = 'microphone' | 'tone' | 'none';

export type Settings = {
  readonly name: string;
  /** Joins at once, without the lobby. */
  readonly join: boolean;
  /** Undefined: what the device has. */
  readonly picture: PictureChoice | undefined;
  readonly sound: SoundChoice | undefined;
  readonly toneHz: number;
  /** Of the tone, 0 to 1. */
  readonly volume: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameRate: number;
  readonly channel: 'sctp' | 'ws';
  readonly codec: 'VP8' | 'VP9' | 'H264' | 'AV1';
  readonly iceTransport: 'udp' | 'tcp' | undefined;
  readonly ssrcRewriting: boolean;
  /** Most pictures to receive; -1 = no limit. */
  readonly lastN: number;
};

const storedName = 'trestle-demo-name';
/** What the focus accepts. */
const maxNameLength = 40;

/** Reads `?name=&join=1&picture=&sound=&tone=&volume=&size=WxH&fps=&channel=&codec=&iceTransport=&rewriting=off&lastN=`. */
export function readSettings(): Settings {
  const query = new URLSearchParams(location.search);
  const [widthPx, heightPx] = (query.get('size') ?? '1280x720').split('x').map(Number);
  return {
    name: (query.get('name') ?? localStorage.getItem(storedName) ?? '')
      .trim()
      .slice(0, maxNameLength),
    join: query.has('join'),
    picture: oneOf(query.get('picture'), ['camera', 'drawn', 'none']),
    sound: oneOf(query.get('sound'), ['microphone', 'tone', 'none']),
    toneHz: Number(query.get('tone') ?? anyNote()),
    volume: Number(query.get('volume') ?? 0.1),
    widthPx: widthPx ?? 1280,
    heightPx: heightPx ?? 720,
    frameRate: Number(query.get('fps') ?? 24),
    channel: oneOf(query.get('channel'), ['sctp', 'ws']) ?? 'sctp',
    codec: oneOf(query.get('codec'), ['VP8', 'VP9', 'H264', 'AV1']) ?? 'VP8',
    iceTransport: oneOf(query.get('iceTransport'), ['udp', 'tcp']),
    ssrcRewriting: query.get('rewriting') !== 'off',
    lastN: Number(query.get('lastN') ?? -1),
  };
}

export function rememberName(name: string): void {
  localStorage.setItem(storedName, name);
}

const adjectives = ['amber', 'brisk', 'calm', 'dusty', 'early', 'fair', 'gentle', 'high', 'ivory'];
const nouns = [
  'bridge',
  'canyon',
  'delta',
  'field',
  'harbour',
  'meadow',
  'ridge',
  'river',
  'valley',
];

/** The room named after `#`; without one a new name is put there. */
export function roomOfAddress(): string {
  const current = location.hash.slice(1).replaceAll(/[^\w-]/g, '-');
  if (current !== '') return current.slice(0, 64);
  const pick = (words: readonly string[]): string =>
    words[Math.floor(Math.random() * words.length)] ?? 'room';
  const room = `${pick(adjectives)}-${pick(nouns)}-${Math.floor(100 + Math.random() * 900)}`;
  history.replaceState(null, '', `${location.pathname}${location.search}#${room}`);
  return room;
}

function oneOf<const T extends string>(value: string | null, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value);
}
