import { readdirSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { threadCount } from './thread-count.ts';

/** What this process uses of what it is made of. */
export class RuntimeLoad {
  #collections = 0;
  #collectionMs = 0;
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      this.#collections += 1;
      this.#collectionMs += duration;
    }
  });

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  read() {
    const { heapUsed, heapTotal, rss } = process.memoryUsage();
    return {
      residentBytes: rss,
      runtime: {
        threads: threadCount(),
        heapUsedBytes: heapUsed,
        heapCommittedBytes: heapTotal,
        openFiles: openFiles(),
        collections: this.#collections,
        collectionMs: this.#collectionMs,
      },
    };
  }

  close(): void {
    this.#observer.disconnect();
  }
}

/** 0 where there is no /proc. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length - 1; // the listing itself has one
  } catch {
    return 0;
  }
}
