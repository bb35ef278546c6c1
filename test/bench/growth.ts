// How cost grows: packets a core with one and with two workers, two hundred endpoints that join at once, and the memory of endpoints
// and of 20,000 consumers. `npm run bench:growth [SECONDS]`.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { BenchConference, type Credentials } from './bench-conference.ts';
import { BenchPeers, makeCertificate, type PeerCertificate } from './bench-peers.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { until } from '../support/until.ts';
import { buildNative } from '../../loadtest/certify/native-limits.ts';

/** Estimates of an overloaded loopback decide nothing, silent peers are nobody's business, and each conference stays on its worker. */
const configOf = (workers: number) => `videobridge {
  cc.trust-bwe = false
  ep-connection-status { first-transfer-timeout = 10 minutes, max-inactivity-limit = 10 minutes }
}
trestle { workers = ${workers}, worker.cpu-ceiling = 1 }`;

const video = {
  kind: 'video',
  ssrc: 2222,
  shape: { burst: 16, rate: 30, bytes: 1100 },
} as const;
const conferences = 2;
const receiversEach = 40;
const joining = 200;
/** As many as are sent to everybody of a large conference; a packet a second is enough for consumers to exist. */
const speakers = 20;
const pulse = { burst: 1, rate: 1, bytes: 110 };
/** With the endpoint that opens it 20 × 500 consumers a conference, 20,000 in two. */
const listeners = 480;

const print = (line: string) => process.stdout.write(`${line}\n`);
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;

type Call = {
  readonly conference: BenchConference;
  readonly sending: BenchPeers;
  readonly receiving: BenchPeers;
};

async function startCall(bridge: BridgeProcess, certificate: PeerCertificate): Promise<Call> {
  const conference = new BenchConference(bridge.restUrl, certificate.fingerprint);
  const sender = await conference.addSender(video);
  const receivers = [];
  for (let index = 0; index < receiversEach; index += 1) {
    receivers.push(await conference.addReceiver(index));
  }
  const receiving = await BenchPeers.receive(bridge.mediaPort, receivers, certificate);
  const sending = await BenchPeers.send(bridge.mediaPort, sender, certificate, video);
  return { conference, sending, receiving };
}

/** CPU µs a packet of Node and all workers, with the same calls however many workers there are. */
async function costWith(workers: number, seconds: number, certificate: PeerCertificate) {
  const bridge = await BridgeProcess.start({ config: configOf(workers) });
  const calls: Call[] = [];
  for (let index = 0; index < conferences; index += 1) {
    calls.push(await startCall(bridge, certificate));
    await delay(1500); // the next one goes to the worker with the least CPU over the last second
  }
  await delay(3000); // keyframes, first estimates
  const received = async () => {
    const looks = await Promise.all(calls.map(({ receiving }) => receiving.look()));
    return looks.reduce((sum, look) => sum + look.received, 0);
  };
  const workersBefore = bridge.workerPids().map((pid) => cpuUsOf(pid));
  const [cpu, before] = [bridge.cpuUs(), await received()];
  await delay(seconds * 1000);
  const after = bridge.cpuUs();
  const packets = (await received()) - before;
  const busy = bridge.workerPids().filter((pid, place) => {
    return cpuUsOf(pid) - (workersBefore[place] ?? 0) > (after.workers - cpu.workers) / 10;
  });
  for (const { conference, sending, receiving } of calls) {
    await sending.stop();
    await receiving.stop();
    await conference.close();
  }
  await bridge.stop();
  if (busy.length !== workers) throw new Error(`${busy.length} of ${workers} workers forwarded`);
  return (after.workers - cpu.workers + after.node - cpu.node) / packets;
}

/** CPU time since the process started (proc(5)). */
function cpuUsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function measureWorkers(seconds: number, certificate: PeerCertificate): Promise<void> {
  // In turns: the machine is not the same from one minute to the next.
  const costs: { readonly workers: number; readonly us: number }[] = [];
  for (const workers of [1, 2, 1, 2]) {
    costs.push({ workers, us: await costWith(workers, seconds, certificate) });
  }
  const best = (workers: number) =>
    Math.min(...costs.filter((cost) => cost.workers === workers).map(({ us }) => us));
  print(
    `video, ${conferences} × (1 → ${receiversEach}): one worker ${best(1).toFixed(2)} µs/packet ` +
      `(${Math.round(1e6 / best(1))} packets/s a core), two workers ${best(2).toFixed(2)} ` +
      `(${Math.round(1e6 / best(2))}): ${((best(1) / best(2)) * 100).toFixed(0)} % of one worker's packets a core`,
  );
}

/** Everybody's requests are under way together, as when a lecture begins. */
async function measureJoining(certificate: PeerCertificate): Promise<void> {
  const bridge = await BridgeProcess.start({ config: configOf(0) });
  const conference = new BenchConference(bridge.restUrl, certificate.fingerprint);
  await conference.addSender(video);
  const [cpu, startMs] = [bridge.cpuUs(), performance.now()];
  const answeredMs: number[] = [];
  const receivers = await Promise.all(
    Array.from({ length: joining }, async (_, index) => {
      const credentials = await conference.addReceiver(index);
      answeredMs.push(performance.now() - startMs);
      return credentials;
    }),
  );
  const [signalled, before] = [bridge.cpuUs(), workerMemoryOf(bridge)];
  const receiving = await BenchPeers.receive(bridge.mediaPort, receivers, certificate);
  const [connected, after] = [bridge.cpuUs(), workerMemoryOf(bridge)];
  await receiving.stop();
  await conference.close();
  await bridge.stop();
  const each = (us: number) => `${(us / joining / 1000).toFixed(2)} ms`;
  print(
    `${joining} endpoints at once: all have transport and channel after ${Math.max(...answeredMs).toFixed(0)} ms; for each ` +
      `Node ${each(signalled.node - cpu.node)} and worker ${each(signalled.workers - cpu.workers)} to signal, ` +
      `worker ${each(connected.workers - signalled.workers)} and ${kibibytes((after - before) / joining)} for ICE and DTLS`,
  );
}

type Memory = { readonly workers: number; readonly node: number; readonly heap: number };

const collector = new URL('../support/bridge/collect-garbage.mjs', import.meta.url).href;

async function memoryOf(bridge: BridgeProcess): Promise<Memory> {
  await delay(1000);
  bridge.signal('SIGUSR2'); // collects garbage
  await delay(1000);
  const accept = 'application/json';
  const reply = await fetch(`${bridge.restUrl}/metrics`, { headers: { accept } });
  const { jvm_heap_used: heap } = (await reply.json()) as { jvm_heap_used: number };
  return { workers: workerMemoryOf(bridge), node: residentBytes(bridge.pid), heap };
}

const residentBytes = (pid: number) =>
  Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

const workerMemoryOf = (bridge: BridgeProcess) =>
  bridge.workerPids().reduce((sum, pid) => sum + residentBytes(pid), 0);

/**
 * Listeners have transport and channel, and are not connected, which would be too much for the generator: what DTLS, SRTP, a socket for
 * the client and packets kept for retransmission take is not in these figures.
 */
async function measureMemory(certificate: PeerCertificate): Promise<void> {
  const bridge = await BridgeProcess.start({
    config: configOf(1),
    env: { NODE_OPTIONS: `--import=${collector}` },
  });
  const rooms = Array.from({ length: conferences }, () => {
    return new BenchConference(bridge.restUrl, certificate.fingerprint);
  });
  const streamOf = (index: number) => ({ kind: 'audio', ssrc: 10_000 + index }) as const;
  for (const room of rooms) await room.addSender(streamOf(0));
  const empty = await memoryOf(bridge);
  const speaking: Credentials[][] = [];
  for (const room of rooms) {
    const credentials: Credentials[] = [];
    for (let index = 1; index <= speakers + listeners; index += 1) {
      credentials.push(await room.addReceiver(index));
    }
    speaking.push(credentials.slice(0, speakers));
  }
  const joined = await memoryOf(bridge);
  const sending: BenchPeers[] = [];
  for (const [place, room] of rooms.entries()) {
    for (const [index, peer] of speaking[place]!.entries()) {
      const stream = { ...streamOf(index + 1), shape: pulse };
      await room.addSource(index + 1, stream);
      sending.push(await BenchPeers.send(bridge.mediaPort, peer, certificate, stream));
    }
  }
  const endpoints = conferences * (speakers + listeners);
  const consumers = speakers * endpoints;
  await until(async () => {
    await delay(200); // asking costs, too
    const reply = await fetch(`${bridge.restUrl}/metrics`);
    const count = sumOf(await reply.text(), 'trestle_worker_consumers');
    return count >= consumers ? undefined : `${count} of ${consumers} consumers`;
  }, 90_000);
  const full = await memoryOf(bridge);
  for (const peers of sending) await peers.stop();
  for (const room of rooms) await room.close();
  await bridge.stop();
  const row = (name: keyof Memory) =>
    `${kibibytes((joined[name] - empty[name]) / endpoints)} an endpoint, ` +
    `${kibibytes((full[name] - joined[name]) / consumers)} a consumer`;
  print(
    `${consumers} consumers of audio of ${endpoints} endpoints, ${conferences * speakers} connected: worker ${mebibytes(full.workers)}, Node ${mebibytes(full.node)}; ` +
      `worker ${row('workers')}; Node ${row('node')}, of which heap ${row('heap')}`,
  );
}

/** Of all label values of a metric in Prometheus' text format. */
function sumOf(text: string, metric: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const seconds = Number(process.argv[2] ?? 8);
buildNative();
const certificate = makeCertificate();
await measureMemory(certificate);
await measureJoining(certificate);
await measureWorkers(seconds, certificate);
