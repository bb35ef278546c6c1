// Makes countable what a worker does: see call-counter.c.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePreload } from './preload.ts';

export type CallCounts = {
  readonly allocations: number;
  readonly clockReads: number;
  /** Times that the event loop found nothing to do. */
  readonly waits: number;
  /** RTP and RTCP that OpenSSL protected or opened. */
  readonly opensslPackets: number;
  readonly libsrtpPackets: number;
};

export class CallCounter {
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'trestle-counter-'));
  readonly #file: number;

  constructor() {
    const shared = join(this.#folder, 'shared');
    writeFileSync(shared, Buffer.alloc(4096));
    const library = compilePreload('call-counter', this.#folder);
    this.#file = openSync(shared, 'r');
    this.environment = { LD_PRELOAD: library, TRESTLE_CALL_COUNTER: shared };
  }

  /** Since the worker started. */
  counts(): CallCounts {
    const data = Buffer.alloc(40);
    readSync(this.#file, data, 0, data.length, 0);
    const field = (place: number) => Number(data.readBigUInt64LE(place * 8));
    return {
      allocations: field(0),
      clockReads: field(1),
      waits: field(2),
      opensslPackets: field(3),
      libsrtpPackets: field(4),
    };
  }

  close(): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true });
  }
}
