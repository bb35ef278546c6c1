// Makes countable what a worker does: see call-counter.c.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type CallCounts = {
  readonly allocations: number;
  readonly clockReads: number;
  /** Times that the event loop found nothing to do. */
  readonly waits: number;
};

export class CallCounter {
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'trestle-counter-'));
  readonly #file: number;

  constructor() {
    const shared = join(this.#folder, 'shared');
    const library = join(this.#folder, 'call-counter.so');
    writeFileSync(shared, Buffer.alloc(4096));
    const source = fileURLToPath(new URL('call-counter.c', import.meta.url));
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl']);
    this.#file = openSync(shared, 'r');
    this.environment = { LD_PRELOAD: library, TRESTLE_CALL_COUNTER: shared };
  }

  /** Since the worker started. */
  counts(): CallCounts {
    const data = Buffer.alloc(24);
    readSync(this.#file, data, 0, data.length, 0);
    return {
      allocations: Number(data.readBigUInt64LE(0)),
      clockReads: Number(data.readBigUInt64LE(8)),
      waits: Number(data.readBigUInt64LE(16)),
    };
  }

  close(): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true });
  }
}
