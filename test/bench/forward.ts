// CPU µs per forwarded packet of the whole bridge (Node and worker) and the delay it adds, with transport-cc feedback, beside what
// the bare system calls and SRTP cost on this machine in the same minute. `npm run bench:forward [SECONDS] [CASE…]`, a case being audio,
// video or meeting; all of them if none is named.
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificate, type PeerCertificate } from './bench-peers.ts';
import {
  benchConfig,
  forwardingCases,
  ForwardingRun,
  type ForwardingCase,
} from './forwarding-run.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { runTrestleLoad } from '../support/run-trestle-load.ts';
import { buildNative, measureNative, nativeFloor } from '../../loadtest/certify/native-limits.ts';

/**
 * A bridge runs for days: what Node does a few times a second is compiled only after 20 s, and V8 tidies its heap up once, 0.2 s of
 * CPU time, 25 to 41 s after the last one joined.
 */
const SETTLE_S = 45;

type Measured = {
  readonly nodeUs: number;
  readonly workerUs: number;
  readonly packetsPerSecond: number;
  readonly delivered: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
};

async function measure(
  bench: ForwardingCase,
  certificate: PeerCertificate,
  seconds: number,
): Promise<Measured> {
  const run = await ForwardingRun.start(bench, certificate);
  await delay(SETTLE_S * 1000);
  const [cpu, before, start] = [run.bridge.cpuUs(), await run.look(), performance.now()];
  await delay(seconds * 1000);
  const after = run.bridge.cpuUs();
  const { received, delayP50Ms, delayP99Ms } = await run.look();
  const packets = received - before.received;
  const elapsed = (performance.now() - start) / 1000;
  await run.stop();
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
  const times = ['--settle', String(SETTLE_S), '--step-seconds', String(measureSeconds)];
  const target = ['--url', bridge.restUrl, ...times];
  const { report } = await runTrestleLoad(['step', ...load, ...target]);
  await bridge.stop();
  const step = report.steps[0];
  const usPerPacket = step?.bridge.usPerPacket;
  if (!step || usPerPacket === undefined) throw new Error('the load tester measured nothing');
  const { audio, video, generator } = step;
  const packets = audio.deliveredPerSecond + video.deliveredPerSecond;
  const nodePercent = step.bridge.processes.find(({ name }) => name === 'node')?.cpuPercent ?? 0;
  const nodeUs = (nodePercent * 10_000) / packets;
  const floor = nativeFloor(native, 'sendto');
  const caveat = generator.faults.length > 0 ? `; INVALID: ${generator.faults.join('; ')}` : '';
  return (
    `meeting 20 × 20, last-n 5: ${usPerPacket.toFixed(2)} µs/packet (worker ${(usPerPacket - nodeUs).toFixed(2)}, ` +
    `Node ${nodeUs.toFixed(2)}) = ${(usPerPacket / floor).toFixed(2)} × native (sendto + AES-128-GCM ${floor.toFixed(2)} µs), ` +
    `${Math.round(packets)} packets/s, ${Math.round(1e6 / usPerPacket)} packets/s a core, ` +
    `delay p50 ${video.delayMs?.p50 ?? 0} p99 ${video.delayMs?.p99 ?? 0} ms to the client's callback${caveat}`
  );
}

const [secondsText = '30', ...named] = process.argv.slice(2);
const seconds = Number(secondsText);
const isWanted = (name: string) => named.length === 0 || named.includes(name);
const print = (line: string) => process.stdout.write(`${line}\n`);
buildNative();
const certificate = makeCertificate();
const native = measureNative(2);
const { cpu, kernel, cores } = native.machine;
print(`${cpu}, ${cores} cores, Linux ${kernel}; transport-cc feedback every 100 ms`);
for (const bench of forwardingCases.filter(({ kind }) => isWanted(kind))) {
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
if (isWanted('meeting')) print(await measureMeeting(seconds));
