// Makes the worker's socket calls visible to a test, and lets them fail, without a switch in the product: see socket-shim.c.
import {
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePreload, preloadedSanitizerOptions } from './preload.ts';

const fields = [
  'faultErrno',
  'onlySegmented',
  'faultsLeft',
  'messagesBeforeFault',
  'faults',
  'batches',
  'messages',
  'segmentedMessages',
  'datagrams',
  'singleSends',
  'largestReceiveBatch',
] as const;

export type SocketCounters = Readonly<Record<(typeof fields)[number], number>>;

export type SocketFault = {
  readonly errno: number;
  /** How many calls fail. */
  readonly times: number;
  /** Fail messages with UDP_SEGMENT only. */
  readonly onlySegmented?: boolean;
  /** Messages of the first batch that pass before the socket fails. */
  readonly messagesBefore?: number;
};

/** Linux's numbers. */
export const errno = { EIO: 5, EAGAIN: 11, EINVAL: 22, ENOBUFS: 105 } as const;

/** Options of SOL_SOCKET (asm-generic/socket.h). */
export const socketOption = { SO_REUSEPORT: 15, SO_ATTACH_REUSEPORT_CBPF: 51 } as const;

export class SocketShim {
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'trestle-shim-'));
  readonly #file: number;

  /** @param refusedOption one that the worker's kernel is not to know */
  constructor(refusedOption?: number) {
    const shared = join(this.#folder, 'shared');
    writeFileSync(shared, Buffer.alloc(4096));
    this.#file = openSync(shared, 'r+');
    this.environment = {
      LD_PRELOAD: compilePreload('socket-shim', this.#folder),
      TRESTLE_SOCKET_SHIM: shared,
      ...(refusedOption !== undefined && { TRESTLE_SHIM_REFUSED_OPTION: String(refusedOption) }),
      ASAN_OPTIONS: preloadedSanitizerOptions,
    };
  }

  counters(): SocketCounters {
    const data = Buffer.alloc(fields.length * 4);
    readSync(this.#file, data, 0, data.length, 0);
    return Object.fromEntries(
      fields.map((field, place) => [field, data.readInt32LE(place * 4)]),
    ) as SocketCounters;
  }

  fail(fault: SocketFault): void {
    const data = Buffer.alloc(16);
    data.writeInt32LE(fault.errno, 0);
    data.writeInt32LE(fault.onlySegmented === true ? 1 : 0, 4);
    data.writeInt32LE(fault.times, 8);
    data.writeInt32LE(fault.messagesBefore ?? 0, 12);
    writeSync(this.#file, data, 0, data.length, 0);
  }

  close(): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true });
  }
}
