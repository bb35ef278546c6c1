import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export type CpuUs = { readonly node: number; readonly workers: number };

/** The compiled bridge as an operator runs it, on free ports of loopback. */
export class BridgeProcess {
  readonly mediaPort: number;
  readonly restUrl: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, mediaPort: number, restPort: number) {
    this.#child = child;
    this.mediaPort = mediaPort;
    this.restUrl = `http://127.0.0.1:${restPort}`;
  }

  static async start(): Promise<BridgeProcess> {
    const [mediaPort, restPort, publicPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const config = `${mkdtempSync(`${tmpdir()}/trestle-bench-`)}/jvb.conf`;
    writeFileSync(config, configText(mediaPort, restPort, publicPort));
    const child = spawn(process.execPath, [main, '--config', config], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const bridge = new BridgeProcess(child, mediaPort, restPort);
    await bridge.#ready();
    return bridge;
  }

  /** CPU time of Node and of its workers since they started, µs (proc(5), 100 ticks a second). */
  cpuUs(): CpuUs {
    const pid = String(this.#child.pid);
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
    const workers = children.split('\n').map((line) => line.trim());
    return {
      node: cpuTicks(pid) * 10_000,
      workers: workers.reduce((sum, id) => sum + (id === '' ? 0 : cpuTicks(id) * 10_000), 0),
    };
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async #ready(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (this.#child.exitCode !== null) throw new Error('the bridge did not start');
      const answer = await fetch(`${this.restUrl}/about/health`).catch(() => undefined);
      if (answer?.ok) return;
      await delay(100);
    }
    throw new Error('the bridge did not become healthy within 10 s');
  }
}

function cpuTicks(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0; // the `ps` that was just listed is gone
  }
}

function configText(mediaPort: number, restPort: number, publicPort: number): string {
  return `
videobridge {
  ice.udp.port = ${mediaPort}
  apis.rest.enabled = true
  http-servers.private { host = 127.0.0.1, port = ${restPort} }
  http-servers.public { host = 127.0.0.1, port = ${publicPort} }
  websockets { enabled = true, domain = "127.0.0.1:${publicPort}", tls = false }
  cc.trust-bwe = false
  health.require-valid-address = false
}
ice4j.harvest.mapping.aws.enabled = false
trestle.ice { tcp.enabled = false, loopback = true }
`;
}

/** A TCP port nobody listens on; it is free for UDP as well in all likelihood. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
