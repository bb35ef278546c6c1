import type { Random } from '../../src/base/random.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The same numbers every time (a 32-bit xorshift, Marsaglia 2003). */
export function seededRandom(seed = 1): Random {
  let state = seed;
  const uint32 = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const letter = () => letters.charAt(uint32() % letters.length);
  return { uint32, alphanumeric: (length) => Array.from({ length }, letter).join('') };
}
