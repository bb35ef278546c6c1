import { audio } from './audio.ts';
import { joinStorm } from './join-storm.ts';
import { manyRooms } from './many-rooms.ts';
import { meeting } from './meeting.ts';
import type { Scenario } from './scenario.ts';
import { webinar } from './webinar.ts';

export const scenarios: readonly Scenario[] = [meeting, webinar, audio, manyRooms, joinStorm];
