import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { atTheEnd } from './at-the-end.ts';

type Names = Readonly<Record<number, string>>;
type Send = (this: unknown, name: number, ...more: unknown[]) => unknown;
type Channel = { readonly prototype: Record<'request' | 'notify', Send> };

const load = createRequire(import.meta.url);
const library = dirname(load.resolve('mediasoup'));
const { Channel } = load(join(library, 'Channel.js')) as { Channel: Channel };
const { Method } = load(join(library, 'fbs/request.js')) as { Method: Names };
const { Event } = load(join(library, 'fbs/notification.js')) as { Event: Names };

/** Counts what this process asks of its media workers and tells them, by mediasoup's names, until the end of the test. */
export class WorkerMessages {
  readonly #counts = new Map<string, number>();

  constructor() {
    this.#watch('request', Method);
    this.#watch('notify', Event);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Every kind there was. */
  get names(): string[] {
    return [...this.#counts.keys()].sort();
  }

  clear(): void {
    this.#counts.clear();
  }

  #watch(method: 'request' | 'notify', names: Names): void {
    const counts = this.#counts;
    const real = Channel.prototype[method];
    Channel.prototype[method] = function (name, ...more) {
      const text = names[name] ?? String(name);
      counts.set(text, (counts.get(text) ?? 0) + 1);
      return real.call(this, name, ...more);
    };
    atTheEnd(() => void (Channel.prototype[method] = real));
  }
}
