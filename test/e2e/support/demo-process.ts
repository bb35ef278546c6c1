import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../demo/launcher/ports.ts';
import { until } from '../../support/until.ts';

const tsx = fileURLToPath(new URL('../../../node_modules/.bin/tsx', import.meta.url));
const main = fileURLToPath(new URL('../../../demo/main.ts', import.meta.url));
const startTimeoutMs = 60_000;

/** What `make run` runs, as a process of its own. */
export class DemoProcess {
  readonly #child: ChildProcess;
  #output = '';
  #errors = '';
  readonly ended: Promise<number>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.ended = once(child, 'exit').then(([code]) => code as number);
  }

  /** Media on free ports; `args` may say otherwise. */
  static start(
    environment: Readonly<Record<string, string>> = {},
    ...args: readonly string[]
  ): Promise<DemoProcess> {
    return this.#start([], environment, args);
  }

  /** The same, run by another command, which is put before it. */
  static startWithin(prefix: readonly string[]): Promise<DemoProcess> {
    return this.#start(prefix, {}, []);
  }

  static async #start(
    prefix: readonly string[],
    environment: Readonly<Record<string, string>>,
    args: readonly string[],
  ): Promise<DemoProcess> {
    const ports = [await freePort('127.0.0.1', 'udp'), await freePort('127.0.0.1')];
    const media = ['--media-port', `${ports[0]}`, '--media-tcp-port', `${ports[1]}`];
    const [command, ...words] = [...prefix, tsx, main, '--port', '0', ...media, ...args];
    const child = spawn(command!, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    return new DemoProcess(child);
  }

  get errors(): string {
    return this.#errors;
  }

  /** Waits for the address it tells people to open. */
  async url(): Promise<URL> {
    await until(() => {
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.#errors}`);
      return this.#output.includes('Ctrl-C') ? undefined : 'it has not printed an address';
    }, startTimeoutMs);
    return new URL(/Open (\S+)/.exec(this.#output)?.[1] ?? '');
  }

  /** As Ctrl-C does. */
  async interrupt(): Promise<number> {
    this.#child.kill('SIGINT');
    return this.ended;
  }
}
