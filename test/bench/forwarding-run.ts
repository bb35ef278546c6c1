// One bridge that forwards one stream to many native receivers, and what that costs it.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { BenchConference, type StreamDescription } from './bench-conference.ts';
import { BenchPeers, type PeerCertificate, type Received, type Shape } from './bench-peers.ts';

export type ForwardingCase = StreamDescription & {
  readonly name: string;
  readonly receivers: number;
  readonly shape: Shape;
  readonly floor: 'sendto' | 'gso 4';
};

export const forwardingCases: readonly ForwardingCase[] = [
  {
    name: 'audio 1 → 200',
    kind: 'audio',
    ssrc: 1111,
    receivers: 200,
    shape: { burst: 1, rate: 50, bytes: 110 },
    floor: 'sendto',
  },
  {
    name: 'video 1 → 100',
    kind: 'video',
    ssrc: 2222,
    receivers: 100,
    shape: { burst: 16, rate: 30, bytes: 1100 },
    floor: 'gso 4',
  },
];

/** Estimates of an overloaded loopback decide nothing, and peers that connect late are not announced as lost, nor as found again. */
export const benchConfig = `videobridge {
  cc.trust-bwe = false
  ep-connection-status { first-transfer-timeout = 10 minutes, max-inactivity-limit = 10 minutes }
}`;

export class ForwardingRun {
  readonly bridge: BridgeProcess;
  readonly #conference: BenchConference;
  readonly #receiving: BenchPeers;
  readonly #sending: BenchPeers;

  private constructor(
    bridge: BridgeProcess,
    conference: BenchConference,
    receiving: BenchPeers,
    sending: BenchPeers,
  ) {
    this.bridge = bridge;
    this.#conference = conference;
    this.#receiving = receiving;
    this.#sending = sending;
  }

  /** @returns when packets flow and first estimates are made */
  static async start(
    bench: ForwardingCase,
    certificate: PeerCertificate,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ForwardingRun> {
    const bridge = await BridgeProcess.start({ config: benchConfig, env });
    const conference = new BenchConference(bridge.restUrl, certificate.fingerprint);
    const sender = await conference.addSender(bench);
    const receivers = [];
    for (let index = 0; index < bench.receivers; index += 1) {
      receivers.push(await conference.addReceiver(index));
    }
    const receiving = await BenchPeers.receive(bridge.mediaPort, receivers, certificate);
    const sending = await BenchPeers.send(bridge.mediaPort, sender, certificate, bench);
    await delay(4000);
    return new ForwardingRun(bridge, conference, receiving, sending);
  }

  look(): Promise<Received> {
    return this.#receiving.look();
  }

  /** CPU time of the workers, µs, finer than the ticks of proc(5): each has one thread that counts. */
  workerUs(): number {
    const onCpuNs = this.bridge
      .workerPids()
      .map((pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]));
    return onCpuNs.reduce((sum, ns) => sum + ns / 1000, 0);
  }

  async stop(): Promise<void> {
    await this.#sending.stop();
    await this.#receiving.stop();
    await this.#conference.close();
    await this.bridge.stop();
  }
}
