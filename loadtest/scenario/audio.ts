import type { Role, Scenario } from './scenario.ts';

/** One voice without pauses, any number of listeners. */
export const audio: Scenario = {
  name: 'audio',
  summary: '1 → n: one endless voice, everybody else listens',
  sizes: [25, 50, 100, 150, 200, 300, 400, 600, 800],
  joinsPerSecond: 25,
  describe: (size) => `${size} listeners`,
  roles: (size) => {
    const speaker: Role = { room: 'audio', audio: 'endless', video: undefined, view: 'none' };
    const listener: Role = { room: 'audio', audio: 'none', video: undefined, view: 'none' };
    return [speaker, ...Array.from({ length: size }, () => listener)];
  },
};
