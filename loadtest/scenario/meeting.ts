import type { Scenario } from './scenario.ts';

/** Everybody sends camera and microphone and sees everybody. */
export const meeting: Scenario = {
  name: 'meeting',
  summary: 'n × n: one room, everybody with camera and microphone',
  sizes: [2, 4, 6, 8, 12, 16, 20, 25, 30, 40],
  joinsPerSecond: 5,
  describe: (size) => `${size} in a meeting`,
  roles: (size, { codec, view }) =>
    Array.from({ length: size }, () => ({ room: 'meeting', audio: 'talks', video: codec, view })),
};
