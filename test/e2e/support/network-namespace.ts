import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Why this process may not make networks of its own, or undefined: it needs root, and containers may refuse even then. */
export function whyNoNamespaces(): string | undefined {
  const made = spawnSync(
    'unshare',
    ['--net', 'ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1'],
    { encoding: 'utf8' },
  );
  if (made.status === 0) return undefined;
  return `no network namespaces here: ${(made.error?.message ?? made.stderr).trim()}`;
}

/** A network with nothing in it but loopback, until it is closed. */
export class NetworkNamespace {
  readonly #keeper: ChildProcess;
  readonly #processes: ChildProcess[] = [];

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  static async open(): Promise<NetworkNamespace> {
    // Says that it is there once it is inside, and ends with this process: then nobody holds its input.
    const keeper = spawn('unshare', ['--net', 'sh', '-c', 'echo inside; cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(keeper.stdout, 'data');
    const namespace = new NetworkNamespace(keeper);
    namespace.ip('link set lo up');
    return namespace;
  }

  /** What to put before a command for it to run inside. */
  get enter(): readonly string[] {
    return ['nsenter', `--target=${this.#keeper.pid}`, '--net'];
  }

  /** `ip`, inside, with these words. */
  ip(words: string): void {
    const [command, ...args] = [...this.enter, 'ip', ...words.split(' ')];
    execFileSync(command!, args);
  }

  /** Joins the two by a cable with `v0` at this end and `v1` at the other. */
  connectTo(other: NetworkNamespace): void {
    this.ip(`link add v0 type veth peer name v1 netns ${other.#keeper.pid}`);
    this.ip('link set v0 up');
    other.ip('link set v1 up');
  }

  /** Starts a process inside that ends with the namespace; resolves when it has said something. */
  async start(...command: readonly string[]): Promise<void> {
    const [enter, ...args] = [...this.enter, ...command];
    const child = spawn(enter!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#processes.push(child);
    await once(child.stdout, 'data');
  }

  close(): void {
    for (const child of [...this.#processes, this.#keeper]) child.kill();
  }
}
