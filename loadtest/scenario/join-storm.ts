import type { Scenario } from './scenario.ts';

/** The top of the hour: everybody of a step comes in the same second. Microphones only, so that joining is what is measured. */
export const joinStorm: Scenario = {
  name: 'join-storm',
  summary: 'n people join one room at once',
  sizes: [10, 20, 40, 80, 120, 160, 240],
  joinsPerSecond: 0,
  describe: (size) => `${size} joining at once`,
  roles: (size) =>
    Array.from({ length: size }, (_, index) => ({
      room: 'storm',
      audio: index < 5 ? 'talks' : 'none',
      video: undefined,
      view: 'none',
    })),
};
