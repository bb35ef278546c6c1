import type { ClientSpec } from '../client/client-spec.ts';
import type { SentStream } from '../client/media-sender.ts';
import type { GeneratorAnswers } from '../generator/messages.ts';
import { FRAME_US } from '../media/audio-gaps.ts';
import type { Flow } from '../media/receiver-log.ts';
import { framesBetween } from '../media/stamp.ts';
import type { PairFigures } from '../report/report.ts';
import { hasCamera, hasMicrophone, viewsAmong } from './service.ts';

/** So much of what somebody says in a row, none of which arrives, is no cut word. */
const UNHEARD_US = 1_000_000;
/** Longer than a camera pauses, or waits for a key frame. */
const UNSEEN_US = 2_000_000;

/** A stretch of time in which everybody should hear and see everybody else. */
export type PairWindow = {
  readonly members: readonly ClientSpec[];
  /** What had been sent when it began. */
  readonly before: readonly SentStream[];
  readonly beganUs: number;
  /** What was sent and came until it ended. */
  readonly after: GeneratorAnswers['audit'];
  readonly endedUs: number;
};

/**
 * Counts who was not heard or seen by whom: not at all, or not any more when the window ended. Left out are clients whose own network makes
 * holes, voices that said less than what is judged, and those of rooms with more of them than the bridge sends.
 */
export function pairsOf(window: PairWindow): PairFigures {
  const follow = follower(window);
  const rooms = new Map<string, ClientSpec[]>();
  for (const spec of window.members) {
    const known = rooms.get(spec.room);
    if (known) known.push(spec);
    else rooms.set(spec.room, [spec]);
  }
  const sums = { voices: 0, unheard: 0, views: 0, unseen: 0 };
  for (const spec of window.members.filter(isWhole)) {
    const others = (rooms.get(spec.room) ?? []).filter((other) => other !== spec);
    const pairs = others.filter(isWhole).map((other) => follow(other, spec));
    const voices = hearsAll(spec, others) ? pairs : [];
    sums.voices += voices.filter(({ spoke }) => spoke).length;
    sums.unheard += voices.filter(({ unheard }) => unheard).length;
    const cameras = others.filter(hasCamera);
    const left = cameras.filter((other) => !isWhole(other)).length;
    // Which of them last-n lets through is the bridge's choice.
    const views = Math.max(0, viewsAmong(spec, cameras.length) - left);
    sums.views += views;
    sums.unseen += Math.max(0, views - pairs.filter(({ seen }) => seen).length);
  }
  return sums;
}

/** What came from one client to another. */
function follower({ before, after, beganUs, endedUs }: PairWindow) {
  const [saidBefore, saidAfter] = [speechBySender(before), speechBySender(after.sent)];
  const came = arrivalsByPair(after.flows);
  return (from: ClientSpec, to: ClientSpec) => {
    const { lastSpeech, shownUs = 0 } = came.get(pairOf(from.participant, to.participant)) ?? {};
    const underWayUs = (from.network.up.delayMs + to.network.down.delayMs) * 1000;
    const limit = (UNHEARD_US + underWayUs) / FRAME_US;
    const total = saidAfter.get(from.participant) ?? 0;
    const said = total - (saidBefore.get(from.participant) ?? 0);
    return {
      spoke: said >= limit,
      unheard: Math.min(said, framesBetween(lastSpeech, total - 1)) >= limit,
      seen: shownUs >= Math.max(beganUs, endedUs - UNSEEN_US - underWayUs),
    };
  };
}

function speechBySender(sent: readonly SentStream[]): ReadonlyMap<number, number> {
  const voices = sent.filter(({ kind }) => kind === 'audio');
  return new Map(voices.map(({ sender, speech }) => [sender, speech]));
}

type Arrivals = Partial<Pick<Flow, 'lastSpeech' | 'shownUs'>>;

function arrivalsByPair(flows: readonly Flow[]): ReadonlyMap<string, Arrivals> {
  const pairs = new Map<string, Arrivals>();
  for (const { sender, receiver, kind, lastSpeech, shownUs = 0 } of flows) {
    const key = pairOf(sender, receiver);
    const known = pairs.get(key);
    const latest = Math.max(shownUs, known?.shownUs ?? 0);
    pairs.set(key, kind === 'audio' ? { ...known, lastSpeech } : { ...known, shownUs: latest });
  }
  return pairs;
}

function pairOf(from: number, to: number): string {
  return `${from} ${to}`;
}

/** The bridge counts the microphones of a room, also its own. */
function hearsAll(spec: ClientSpec, others: readonly ClientSpec[]): boolean {
  return spec.loudest === 0 || [spec, ...others].filter(hasMicrophone).length <= spec.loudest;
}

/** Its own network makes no holes. */
function isWhole({ network }: ClientSpec): boolean {
  return [network.up, network.down].every(({ loss, capBps }) => loss === 0 && capBps === 0);
}
