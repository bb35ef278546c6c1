import { until } from '../../support/until.ts';
import type { PageReport, Tone } from './probe.ts';

/** Somebody in a call, in whatever browser. */
export type Viewer = {
  readonly name: string;
  report(): Promise<PageReport>;
  tone(source: string): Promise<Tone | undefined>;
  id(): Promise<string | undefined>;
  /** Peer connections made so far: who was invited anew has another one. */
  connections(): Promise<number>;
  tell(text: string): Promise<void>;
  told(): Promise<readonly string[]>;
};

/** A viewer and the frequency they send. */
export type Sender = { readonly viewer: Viewer; readonly toneHz: number };

/** Two FFT bins of the analyser. */
const toleranceHz = 12;
const timeoutMs = 40_000;

export async function idOf(viewer: Viewer): Promise<string> {
  let id: string | undefined;
  await until(async () => {
    id = await viewer.id();
    return id === undefined ? `${viewer.name} is not in the room` : undefined;
  }, timeoutMs);
  return id ?? '';
}

/** Waits until `viewer` decodes `frames` more frames of everybody else's picture. */
export async function seesEverybody(
  viewer: Viewer,
  others: readonly Viewer[],
  frames = 30,
): Promise<void> {
  const first = await decoded(viewer);
  const wanted = await Promise.all(others.map(async (other) => `${await idOf(other)}-v0`));
  await until(async () => {
    const now = await decoded(viewer);
    const missing = wanted.filter(
      (source) => (now.get(source) ?? 0) < (first.get(source) ?? 0) + frames,
    );
    return missing.length === 0
      ? undefined
      : `${viewer.name} decoded of ${missing.join(', ')}: ${JSON.stringify([...now])}`;
  }, timeoutMs);
}

async function decoded(viewer: Viewer): Promise<Map<string, number>> {
  const { tiles } = await viewer.report();
  return new Map(tiles.map(({ source, framesDecoded }) => [source, framesDecoded]));
}

/** Waits until `viewer` hears each sender at that sender's own frequency. */
export async function hearsEverybody(viewer: Viewer, senders: readonly Sender[]): Promise<void> {
  for (const sender of senders) {
    if (sender.viewer === viewer) continue;
    const source = `${await idOf(sender.viewer)}-a0`;
    await until(async () => {
      const tone = await viewer.tone(source);
      if (!tone || tone.levelDb < -90) return `${viewer.name} hears nothing of ${source}`;
      return Math.abs(tone.frequencyHz - sender.toneHz) <= toleranceHz
        ? undefined
        : `${viewer.name} hears ${tone.frequencyHz} Hz of ${source} instead of ${sender.toneHz}`;
    }, timeoutMs);
  }
}

/** Everybody sends a text over the bridge channel; waits until each has those of all others, once and in order. */
export async function allTalk(viewers: readonly Viewer[], texts: readonly string[]): Promise<void> {
  for (const viewer of viewers) await viewer.tell(`${viewer.name} ${texts.at(-1) ?? ''}`);
  for (const viewer of viewers) {
    const others = viewers.filter((other) => other !== viewer);
    await until(async () => {
      const told = await viewer.told();
      const wrong = others.filter(({ name }) => {
        const ofThem = told.filter((text) => text.startsWith(`${name} `));
        return ofThem.join() !== texts.map((text) => `${name} ${text}`).join();
      });
      return wrong.length === 0
        ? undefined
        : `${viewer.name} was told by ${wrong.map(({ name }) => name).join()}: ${told.join()}`;
    }, timeoutMs);
  }
}

/** Waits until `viewer` sees the outline round `speaker`, and only there. */
export async function seesSpeaker(viewer: Viewer, speaker: Viewer): Promise<void> {
  const source = `${await idOf(speaker)}-v0`;
  await until(async () => {
    const { tiles } = await viewer.report();
    const speaking = tiles.filter((tile) => tile.speaking).map((tile) => tile.source);
    return speaking.length === 1 && speaking[0] === source
      ? undefined
      : `for ${viewer.name} speaks ${speaking.join(', ') || 'nobody'} instead of ${source}`;
  }, timeoutMs);
}
