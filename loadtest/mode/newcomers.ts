import type { ClientSpec } from '../client/client-spec.ts';

/** Numbers between a participant and the one that comes in its place. */
const GENERATION = 0x1000;

/** Somebody else who is the same in everything but the number. @param generation how many were there before */
export function inPlaceOf(spec: ClientSpec, generation: number): ClientSpec {
  return { ...spec, participant: spec.participant + generation * GENERATION };
}
