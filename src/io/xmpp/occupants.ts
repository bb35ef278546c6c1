import { bareJid, splitJid } from './jid.ts';

/**
 * Whether an address is that of an occupant of one of `rooms` (bare, lower case): the room's own access rules
 * are all the access control there is (operations.md §1.7).
 */
export function isOccupantOf(rooms: ReadonlySet<string>, from: string): boolean {
  return splitJid(from).local !== '' && rooms.has(bareJid(from));
}
