// CPU µs per forwarded packet of the whole bridge (Node and worker) and the delay it adds, with transport-cc feedback, beside what
// the bare system calls and SRTP cost on this machine in the same minute. `npm run bench:forward [SECONDS]`.
import { setTimeout as delay } from 'node:timers/promises';
import { BenchConference, type StreamDescription } from './bench-conference.ts';
import { BenchPeers, makeCertificate, type PeerCertificate, type Shape } from './bench-peers.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { runTrestleLoad } from '../support/run-trestle-load.ts';
import { buildNative, measureNative, nativeFloor } from '../../loadtest/certify/native-limits.ts';

type Case = StreamDescription & {
  readonly name: string;
  readonly receivers: number;
  readonly shape: Shape;
  readonly floor: 'sendto' | 'gso 4';
};

const cases: readonly Case[] = [
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
const benchConfig = `videobridge {
  cc.trust-bwe = false
  ep-connection-status { first-transfer-timeout = 10 minutes, max-inactivity-limit = 10 minutes }
}`;

type Measured = {
  readonly nodeUs: number;
  readonly workerUs: number;
  readonly packetsPerSecond: number;
  readonly delivered: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
};

async function measure(
  bench: Case,
  certificate: PeerCertificate,
  seconds: number,
): Promise<Measured> {
  const bridge = await BridgeProcess.start({ config: benchConfig });
  const conference = new BenchConference(bridge.restUrl, certificate.fingerprint);
  const sender = await conference.addSender(bench);
  const receivers = [];
  for (let index = 0; index < bench.receivers; index += 1) {
    receivers.push(await conference.addReceiver(index));
  }
  const receiving = await BenchPeers.receive(bridge.mediaPort, receivers, certificate);
  const sending = await BenchPeers.send(bridge.mediaPort, sender, certificate, bench);
  await delay(4000); // keyframe, consumers, first estimates

  const [cpu, before, start] = [bridge.cpuUs(), await receiving.look(), performance.now()];
  await delay(seconds * 1000);
  const after = bridge.cpuUs();
  const { received, delayP50Ms, delayP99Ms } = await receiving.look();
  const packets = received - before.received;
  const elapsed = (performance.now() - start) / 1000;

  await sending.stop();
  await receiving.stop();
  await conference.close();
  await bridge.stop();
  const offered = bench.shape.burst * bench.shape.rate * elapsed * bench.receivers;
  return {
    nodeUs: (after.node - cpu.node) / packets,
    workerUs: (after.workers - cpu.workers) / packets,
    packetsPerSecond: packets / elapsed,
    delivered: packets / offered,
    delayP50Ms,
    delayP99Ms,
  };
}

/** Twenty people, each with camera and microphone, one large and four small: the load tester's clients. */
async function measureMeeting(measureSeconds: number): Promise<string> {
  const bridge = await BridgeProcess.start({ config: benchConfig });
  const load = ['--scenario', 'meeting', '--sizes', '20', '--view', 'stage', '--last-n', '5'];
  const target = ['--url', bridge.restUrl, '--step-seconds', String(measureSeconds)];
  const { report } = await runTrestleLoad(['step', ...load, ...target]);
  await bridge.stop();
  const step = report.steps[0];
  const usPerPacket = step?.bridge.usPerPacket;
  if (!step || usPerPacket === undefined) throw new Error('the load tester measured nothing');
  const { audio, video, generator } = step;
  const floor = nativeFloor(native, 'sendto');
  const caveat = generator.faults.length > 0 ? `; INVALID: ${generator.faults.join('; ')}` : '';
  return (
    `meeting 20 × 20, last-n 5: ${usPerPacket.toFixed(2)} µs/packet = ${(usPerPacket / floor).toFixed(2)} × native ` +
    `(sendto + AES-128-GCM ${floor.toFixed(2)} µs), ` +
    `${Math.round(audio.deliveredPerSecond + video.deliveredPerSecond)} packets/s, ` +
    `delay p50 ${video.delayMs?.p50 ?? 0} p99 ${video.delayMs?.p99 ?? 0} ms to the client's callback${caveat}`
  );
}

const seconds = Number(process.argv[2] ?? 10);
const print = (line: string) => process.stdout.write(`${line}\n`);
buildNative();
const certificate = makeCertificate();
const native = measureNative(2);
const { cpu, kernel, cores } = native.machine;
print(`${cpu}, ${cores} cores, Linux ${kernel}; transport-cc feedback every 100 ms`);
for (const bench of cases) {
  const floor = nativeFloor(native, bench.floor);
  const measured = await measure(bench, certificate, seconds);
  const usPerPacket = measured.nodeUs + measured.workerUs;
  print(
    `${bench.name}: ${usPerPacket.toFixed(2)} µs/packet (worker ${measured.workerUs.toFixed(2)}, ` +
      `Node ${measured.nodeUs.toFixed(2)}) = ${(usPerPacket / floor).toFixed(2)} × native ` +
      `(${bench.floor} + AES-128-GCM ${floor.toFixed(2)} µs), ` +
      `${Math.round(measured.packetsPerSecond)} packets/s, ` +
      `${(measured.delivered * 100).toFixed(1)} % delivered, ${Math.round(1e6 / usPerPacket)} packets/s a core, ` +
      `delay p50 ${measured.delayP50Ms.toFixed(2)} p99 ${measured.delayP99Ms.toFixed(2)} ms`,
  );
}
print(await measureMeeting(seconds));
