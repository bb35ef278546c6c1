import type { Scenario } from './scenario.ts';

const IN_ROOM = 4;

/** What most of a deployment's day looks like: many small meetings. */
export const manyRooms: Scenario = {
  name: 'many-rooms',
  summary: 'n meetings of four',
  sizes: [1, 2, 4, 6, 8, 12, 16, 24, 32],
  joinsPerSecond: 8,
  describe: (size) => `${size} ${size === 1 ? 'meeting' : 'meetings'} of ${IN_ROOM}`,
  roles: (size, { codec, view }) =>
    Array.from({ length: size * IN_ROOM }, (_, index) => ({
      room: `room-${Math.floor(index / IN_ROOM)}`,
      audio: 'talks',
      video: codec,
      view,
    })),
};
