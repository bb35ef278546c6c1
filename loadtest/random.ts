import { randomBytes } from 'node:crypto';
import type { Random } from '../src/base/random.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Good enough for identifiers and media; bytes come in blocks, since every packet draws some. */
class BlockRandom implements Random {
  #block = randomBytes(4096);
  #at = 0;

  uint32(): number {
    if (this.#at + 4 > this.#block.length) {
      this.#block = randomBytes(4096);
      this.#at = 0;
    }
    this.#at += 4;
    return this.#block.readUInt32BE(this.#at - 4);
  }

  alphanumeric(length: number): string {
    return Array.from({ length }, () => letters[this.uint32() % letters.length]).join('');
  }
}

export const secureRandom: Random = new BlockRandom();
