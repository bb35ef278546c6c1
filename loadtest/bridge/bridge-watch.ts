import { isLoopbackHost } from './loopback.ts';
import {
  figuresOf,
  type ProcessFigures,
  processListeningOn,
  socketDrops,
  withChildren,
} from './process-figures.ts';

/** What is known of the bridge at one moment; each part may be missing, and the report then says so. */
export type BridgeSample = {
  readonly processes: readonly ProcessFigures[];
  readonly socketDrops: number | undefined;
  readonly stress: number | undefined;
  /** On it, whoever brought them. */
  readonly participants: number | undefined;
  readonly packetsReceived: number | undefined;
  readonly packetsSent: number | undefined;
  readonly eventLoopDelayP99Ms: number | undefined;
};

const TIMEOUT_MS = 2_000;

/** Watches a bridge from outside: its REST statistics and, on this machine, its processes. */
export class BridgeWatch {
  readonly #url: URL;
  #pid: number | undefined;
  /** Whoever listened last is gone. */
  #isGone = false;

  /** @param url of its private REST interface */
  constructor(url: URL) {
    this.#url = url;
    if (isLoopbackHost(url.hostname)) this.#find();
  }

  /** Of the process that listens there; undefined when it is not on this machine. */
  get pid(): number | undefined {
    return this.#pid;
  }

  async sample(): Promise<BridgeSample> {
    // After a restart another process listens.
    this.#isGone ||= this.#pid !== undefined && figuresOf(this.#pid) === undefined;
    if (this.#isGone) this.#find();
    const pids = this.#pid === undefined ? [] : withChildren(this.#pid);
    const [stats, metrics] = await Promise.all([
      this.#json('colibri/stats'),
      this.#text('metrics'),
    ]);
    const number = (key: string) => (typeof stats[key] === 'number' ? stats[key] : undefined);
    const delay = /^trestle_event_loop_delay_p99_seconds (\S+)/m.exec(metrics)?.[1];
    return {
      processes: pids.flatMap((pid) => figuresOf(pid) ?? []),
      socketDrops: pids.length === 0 ? undefined : socketDrops(pids),
      stress: number('stress_level'),
      participants: number('participants'),
      packetsReceived: number('total_packets_received'),
      packetsSent: number('total_packets_sent'),
      eventLoopDelayP99Ms: delay === undefined ? undefined : Number(delay) * 1000,
    };
  }

  #find(): void {
    this.#pid = processListeningOn(Number(this.#url.port || 80));
    if (this.#pid !== undefined) this.#isGone = false;
  }

  async #json(path: string): Promise<Readonly<Record<string, unknown>>> {
    try {
      return JSON.parse(await this.#text(path)) as Record<string, unknown>;
    } catch {
      return {}; // a bridge may have statistics switched off
    }
  }

  async #text(path: string): Promise<string> {
    try {
      const answer = await fetch(new URL(path, this.#url), {
        headers: { accept: path === 'metrics' ? 'text/plain' : 'application/json' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return answer.ok ? await answer.text() : '';
    } catch {
      return ''; // an overloaded bridge: what is missing shows in the report
    }
  }
}
