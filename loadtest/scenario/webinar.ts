import type { Role, Scenario } from './scenario.ts';

/** One speaks and is seen, the others watch. */
export const webinar: Scenario = {
  name: 'webinar',
  summary: '1 → n: one speaker with camera, everybody else only watches',
  sizes: [10, 20, 40, 60, 80, 100, 150, 200, 300],
  joinsPerSecond: 20,
  describe: (size) => `a webinar with ${size} viewers`,
  roles: (size, { codec }) => {
    const speaker: Role = { room: 'webinar', audio: 'endless', video: codec, view: 'none' };
    const viewer: Role = { room: 'webinar', audio: 'none', video: undefined, view: 'stage' };
    return [speaker, ...Array.from({ length: size }, () => viewer)];
  },
};
