import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { type Focus, startFocus } from '../../../demo/focus/focus.ts';
import { RestBridge } from '../../../demo/focus/rest-bridge.ts';
import { BridgeProcess } from '../../../demo/launcher/bridge-process.ts';
import { freePort } from '../../../demo/launcher/ports.ts';
import { type BridgePorts, mediaAddresses } from '../../../demo/launcher/bridge-config.ts';

const host = '127.0.0.1';

/** As much of `/debug` as the tests read. */
export type BridgeDebugState = {
  readonly conferences: Readonly<Record<string, ConferenceDebugState>>;
};

type ConferenceDebugState = {
  readonly workers: readonly number[];
  readonly pipedSources: number;
  readonly endpoints: Readonly<Record<string, EndpointDebugState>>;
};

type EndpointDebugState = {
  readonly link: { readonly worker: number };
  readonly sends: readonly {
    readonly source: string;
    readonly codec?: string;
    readonly layers?: readonly {
      readonly layer: string;
      readonly height: number;
      readonly bitrateBps: number;
    }[];
  }[];
};

/** The demo as `make run` starts it, on free ports of loopback: the compiled bridge and a focus. */
export class DemoCall {
  readonly focus: Focus;
  readonly #setup: BridgeSetup;
  #bridge: BridgeProcess;

  private constructor(focus: Focus, bridge: BridgeProcess, setup: BridgeSetup) {
    this.focus = focus;
    this.#bridge = bridge;
    this.#setup = setup;
  }

  /** @param settings more lines of the bridge's configuration */
  static async start(settings = ''): Promise<DemoCall> {
    const ports = {
      mediaUdp: await freePort(host, 'udp'),
      mediaTcp: await freePort(host),
      private: await freePort(host),
      public: await freePort(host),
    };
    const setup = { ports, output: [], settings };
    const bridge = await startBridge(setup);
    const log = pino({ level: 'silent' });
    const focus = await startFocus({ bridge: new RestBridge(bridge.url), host, port: 0, log });
    return new DemoCall(focus, bridge, setup);
  }

  /** Where the bridge takes media over UDP. */
  get mediaPort(): number {
    return this.#setup.ports.mediaUdp;
  }

  /** What the bridge itself logged at level error or worse; the worker's lines have a `source`. */
  get bridgeErrors(): string[] {
    return this.#setup.output
      .join('')
      .split('\n')
      .filter((line) => /"level":[56]0/.test(line) && !line.includes('"source":"worker"'));
  }

  /** Ends the bridge as a crash does and starts a new one on the same ports. */
  async restartBridge(): Promise<void> {
    await this.#bridge.kill();
    this.#bridge = await startBridge(this.#setup);
  }

  /** Process ids of the bridge's media workers, oldest first. */
  get workerPids(): number[] {
    const { pid } = this.#bridge;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return children.split(' ').filter(Boolean).map(Number);
  }

  /** The lines of the bridge's log with this message. */
  logged(message: string): Readonly<Record<string, unknown>>[] {
    const lines = this.#setup.output.join('').split('\n');
    return lines
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  /** `/debug` of the bridge, every endpoint in full. */
  async debug(): Promise<BridgeDebugState> {
    const response = await fetch(new URL('/debug?full=true', this.#bridge.url));
    return (await response.json()) as BridgeDebugState;
  }

  /** The page of a room, with what a test sets (`docs/demo.md`). */
  url(room: string, settings: object): string {
    return pageUrl(this.focus, room, settings);
  }

  async close(): Promise<void> {
    await this.focus.close();
    await this.#bridge.stop();
  }
}

type BridgeSetup = {
  readonly ports: BridgePorts;
  readonly output: string[];
  readonly settings: string;
};

function startBridge({ ports, output, settings }: BridgeSetup): Promise<BridgeProcess> {
  return BridgeProcess.start({
    addresses: mediaAddresses(host),
    ports,
    settings,
    onOutput: (text) => output.push(text),
  });
}

/** The page of a room of a focus: joined at once, small, with a drawn picture and a tone unless told otherwise. */
export function pageUrl(focus: Pick<Focus, 'url'>, room: string, settings: object): string {
  const query = new URLSearchParams({
    join: '1',
    picture: 'drawn',
    sound: 'tone',
    size: '320x180',
    fps: '15',
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
  });
  return `${focus.url.href}?${query.toString()}#${room}`;
}
