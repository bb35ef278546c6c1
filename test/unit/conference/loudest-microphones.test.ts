// allocation.md §3.2; levels come every 300 ms.
import { describe, expect, it } from 'vitest';
import { defaultConferenceConfig } from '../../../src/conference/conference-config.ts';
import { LoudestMicrophones } from '../../../src/conference/loudest-microphones.ts';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { ConferenceScene } from '../../support/conference-scene.ts';

const config = { ...defaultConferenceConfig.loudest, routeLoudestOnly: true, numLoudest: 2 };
type Levels = Readonly<Record<string, number>>;
const report = (levels: Levels) =>
  Object.entries(levels).map(([id, dBov]) => ({ endpointId: endpointId(id), dBov }));

/** What is loudest after each report. */
function played(reports: readonly Levels[], settings: Partial<typeof config> = {}): string[] {
  const microphones = new LoudestMicrophones({ ...config, ...settings });
  return reports.map((levels, at) => {
    microphones.observe(report(levels), at * 300);
    return [...microphones.loudest].sort().join('');
  });
}

describe('the loudest microphones', () => {
  it('are no more than are asked for', () => {
    expect(played([{ a: -20, b: -30, c: -40 }])).toEqual(['ab']);
    expect(played([{ a: -20, b: -30, c: -40 }], { numLoudest: 0 })).toEqual(['']);
  });

  it('are smoothed, so that a cough does not take the place of a voice', () => {
    const voice = { a: -30, b: -35 };
    expect(played([voice, voice, voice, { ...voice, c: -30 }])).toEqual(['ab', 'ab', 'ab', 'ab']);
    // Held for a second, then what goes on wins.
    const louder = { ...voice, c: -5 };
    expect(played([voice, voice, ...Array<Levels>(7).fill(louder)]).at(-1)).toBe('ac');
  });

  it('keep their rank for a second of silence', () => {
    expect(played([{ a: -20 }, {}, {}, {}, {}, {}])).toEqual(['a', 'a', 'a', 'a', '', '']);
  });

  it('lose it at once when they leave', () => {
    const microphones = new LoudestMicrophones(config);
    microphones.observe(report({ a: -20 }), 0);
    microphones.left(endpointId('a'));
    expect(microphones.observe([], 300)).toBe(true);
    expect(microphones.loudest.size).toBe(0);
  });
});

describe('a conference that routes the loudest only', () => {
  async function meeting(ids: string[], loudest: Partial<typeof config> = {}) {
    const scene = new ConferenceScene({ loudest: { ...config, ...loudest } });
    for (const id of ids) await scene.joinFully(id);
    const levels = (loud: Levels) => {
      scene.report({ type: 'audio-levels', levels: report(loud) });
      scene.time.advance(300);
    };
    return { scene, levels };
  }

  it('sends them, the dominant one however quiet, and what was asked for by name', async () => {
    const { scene, levels } = await meeting(['a', 'b', 'c', 'd', 'e']);
    expect(scene.sent('e', 'audio')).toEqual([]);
    levels({ a: -20, b: -30, c: -40 });
    expect(scene.sent('e', 'audio')).toEqual(['a-a0', 'b-a0']);
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('d') });
    expect(scene.sent('e', 'audio')).toEqual(['d-a0', 'a-a0', 'b-a0']);
    const subscription = {
      all: true,
      include: new Set([sourceName('c-a0')]),
      exclude: new Set([]),
    };
    scene.say('e', scene.connect('e'), { type: 'audio-subscription', subscription });
    expect(scene.sent('e', 'audio')).toEqual(['d-a0', 'a-a0', 'b-a0', 'c-a0']);
  });

  it('does not spare the dominant one where the operator said so', async () => {
    const { scene, levels } = await meeting(['a', 'b', 'c', 'd'], { alwaysRouteDominant: false });
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('c') });
    levels({ a: -20, b: -30, c: -40 });
    expect(scene.sent('d', 'audio')).toEqual(['a-a0', 'b-a0']);
  });
});
