import type { Origin } from '../hocon/origin.ts';

/** A text given to a name, and where. */
export type Assignment = { readonly text: string; readonly origin: Origin };

/** By name; of several assignments the one that counts. */
export type Assignments = ReadonlyMap<string, Assignment>;
