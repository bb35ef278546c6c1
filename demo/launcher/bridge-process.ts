import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BridgePorts, embeddedConfig } from './bridge-config.ts';
import { packageRoot } from './package-root.ts';

const root = packageRoot(import.meta.url);
const main = fileURLToPath(new URL('dist/main.js', root));
const workerPath = fileURLToPath(new URL('scripts/worker-path.mjs', root));
const startTimeoutMs = 20_000;
const stopTimeoutMs = 5_000;

export type BridgeProcessOptions = {
  /** Where media listens. */
  readonly addresses: readonly string[];
  readonly ports: BridgePorts;
  /** More lines of configuration. */
  readonly settings?: string;
  /** Where its log lines go; undefined = this process's standard error. */
  readonly onOutput?: (text: string) => void;
};

/** The compiled bridge as a process of its own, with the embedded configuration. */
export class BridgeProcess {
  readonly url: URL;
  /** Resolves with the exit code, or the signal's name, when it ends by whatever cause. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: URL, ended: BridgeProcess['ended']) {
    this.#child = child;
    this.url = url;
    this.ended = ended;
  }

  /**
   * Resolves when the bridge says it is healthy.
   * @throws Error when it is not compiled, ends early, or is not healthy in time
   */
  static async start(options: BridgeProcessOptions): Promise<BridgeProcess> {
    const { addresses, ports, settings = '', onOutput } = options;
    if (!existsSync(main)) throw new Error('the bridge is not compiled: run "make build" first');
    const folder = await mkdtemp(join(tmpdir(), 'trestle-demo-'));
    const config = join(folder, 'bridge.conf');
    await writeFile(config, embeddedConfig(addresses, ports) + settings);
    const output = onOutput ? 'pipe' : 'inherit';
    const child = spawn(process.execPath, [main, '--config', config], {
      stdio: ['ignore', onOutput ? 'pipe' : 2, output],
      // A process group of its own: Ctrl-C reaches the launcher alone, which stops the bridge in order.
      detached: true,
      env: { ...process.env, MEDIASOUP_WORKER_BIN: await workerBinary() },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
    }
    const ended = once(child, 'exit').then(async ([code, signal]) => {
      await rm(folder, { recursive: true });
      return (code ?? signal) as number | NodeJS.Signals;
    });
    const bridge = new BridgeProcess(child, new URL(`http://127.0.0.1:${ports.private}/`), ended);
    await bridge.#healthy();
    return bridge;
  }

  /** Ends the bridge in order, or after some seconds at once. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Of the bridge; its media workers are its children. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** As a crash would end it. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #healthy(): Promise<void> {
    let ended: number | NodeJS.Signals | undefined;
    void this.ended.then((value) => (ended = value));
    const deadline = performance.now() + startTimeoutMs;
    while (performance.now() < deadline) {
      if (ended !== undefined) {
        throw new Error(`the bridge ended at once (${ended}); its last line says why`);
      }
      const answer = await fetch(new URL('about/health', this.url)).catch(() => undefined);
      if (answer?.ok) return;
      await delay(100);
    }
    await this.stop();
    throw new Error(`the bridge was not healthy within ${startTimeoutMs / 1000} s`);
  }
}

/** The worker that was built for this checkout, unless the environment names another. */
async function workerBinary(): Promise<string> {
  const { MEDIASOUP_WORKER_BIN: named } = process.env;
  if (named !== undefined) return named;
  const { stdout } = await promisify(execFile)(process.execPath, [workerPath]);
  return stdout.trim();
}
