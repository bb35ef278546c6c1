import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../until.ts';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

export type BridgeProcessOptions = {
  /** HOCON that follows, and so overrides, the configuration for loopback. */
  readonly config?: string;
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** After `--config`. */
  readonly args?: readonly string[];
};

type LogLine = Readonly<Record<string, unknown>>;
/** Of media, the private and the public server. */
type Ports = readonly [media: number, rest: number, open: number];
export type CpuUs = { readonly node: number; readonly workers: number };

/** The compiled bridge as an operator runs it, on free ports of loopback. */
export class BridgeProcess {
  readonly mediaPort: number;
  readonly restUrl: string;
  /** Of the server for bridge channels. */
  readonly publicUrl: string;
  /** Every line of the log that is JSON, oldest first. */
  readonly log: LogLine[] = [];
  /** Everything on standard error. */
  stderr = '';
  /** The exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  /** Its jvb.conf. */
  readonly configFile: string;

  private constructor(
    child: ChildProcess,
    configFile: string,
    [mediaPort, restPort, publicPort]: Ports,
  ) {
    this.#child = child;
    this.configFile = configFile;
    this.mediaPort = mediaPort;
    this.restUrl = `http://127.0.0.1:${restPort}`;
    this.publicUrl = `http://127.0.0.1:${publicPort}`;
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#read(line));
    child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()));
    // `close` comes after the last line, `exit` may come before it.
    this.ended = once(child, 'close').then(([code, signal]) => {
      rmSync(dirname(configFile), { recursive: true });
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  /** Starts it and does not wait for anything. */
  static async spawn(options: BridgeProcessOptions = {}): Promise<BridgeProcess> {
    const ports = await freePorts();
    const folder = mkdtempSync(join(tmpdir(), 'trestle-bridge-'));
    const config = join(folder, 'jvb.conf');
    writeFileSync(config, configText(ports) + (options.config ?? ''));
    const child = spawn(process.execPath, [main, '--config', config, ...(options.args ?? [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    return new BridgeProcess(child, config, ports);
  }

  /** Starts it and waits until it is healthy. */
  static async start(options: BridgeProcessOptions = {}): Promise<BridgeProcess> {
    const bridge = await BridgeProcess.spawn(options);
    await until(async () => {
      if (bridge.#child.exitCode !== null) {
        throw new Error(`the bridge ended: ${bridge.stderr}${JSON.stringify(bridge.log.at(-1))}`);
      }
      const answer = await fetch(`${bridge.restUrl}/about/health`).catch(() => undefined);
      return answer?.ok === true ? undefined : 'the bridge is not healthy';
    }, 45_000);
    return bridge;
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the bridge did not start');
    return pid;
  }

  /** Process ids of its media workers. */
  workerPids(): readonly number[] {
    const path = `/proc/${this.pid}/task/${this.pid}/children`;
    return readFileSync(path, 'latin1').split(' ').filter(Boolean).map(Number);
  }

  /** CPU time of Node and of its workers since they started, µs (proc(5), 100 ticks a second). */
  cpuUs(): CpuUs {
    const workers = this.workerPids().map((pid) => cpuTicks(pid));
    return {
      node: cpuTicks(this.pid) * 10_000,
      workers: workers.reduce((sum, ticks) => sum + ticks * 10_000, 0),
    };
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns the exit code */
  async stop(): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM');
    return this.ended;
  }

  #read(line: string): void {
    try {
      this.log.push(JSON.parse(line) as LogLine);
    } catch {
      this.log.push({ notJson: line });
    }
  }
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function configText([mediaPort, restPort, publicPort]: Ports): string {
  return `
videobridge {
  ice.udp.port = ${mediaPort}
  apis.rest.enabled = true
  http-servers.private { host = 127.0.0.1, port = ${restPort} }
  http-servers.public { host = 127.0.0.1, port = ${publicPort} }
  websockets { enabled = true, domains = ["127.0.0.1:${publicPort}"], tls = false }
  health.require-valid-address = false
}
ice4j.harvest.allowed-addresses = ["127.0.0.1"]
ice4j.harvest.mapping { aws.enabled = false, stun.addresses = [] }
trestle.ice { tcp.enabled = false, loopback = true }
`;
}

/** A UDP port for media, and two TCP ports; those of the system's choice that nobody has now. */
export async function freePorts(): Promise<Ports> {
  const media = createSocket('udp4').bind(0, '127.0.0.1');
  const servers = [0, 0].map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all([media, ...servers].map((each) => once(each, 'listening')));
  const [rest = 0, open = 0] = servers.map((server) => {
    const address = server.address();
    server.close();
    return typeof address === 'object' && address ? address.port : 0;
  });
  const { port } = media.address();
  media.close();
  return [port, rest, open];
}
