// How soon a voice is heard in a conference of many open microphones, and what the others cost.
// `npm run bench:voices [PEOPLE [DBOV]]`: of the rooms; above -60 dBov each is taken for a voice.
import { setTimeout as delay } from 'node:timers/promises';
import { percentilesOf } from '../../loadtest/run/percentiles.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { RestCall } from '../support/bridge/rest-call.ts';
import { AudioFlow } from '../support/client/audio-flow.ts';
import type { WebRtcClient } from '../support/client/webrtc-client.ts';
import { seededRandom } from '../support/seeded-random.ts';

const people = Number(process.argv[2] ?? 200);
const rounds = 40;
/** An open microphone in a quiet room, of which Opus's DTX sends little. */
const roomDbov = Number(process.argv[3] ?? -75);
/** No room is equally loud all the time. */
const roomSpreadDb = 12;
const roomIntervalMs = 300;
const quietEvery = 10;
const voiceDbov = -25;
const sentenceMs = 500;
const firstSsrc = 10_000;
/** Of the issue: a tone that starts is heard within this time. */
const aimMs = 150;

type Person = { readonly client: WebRtcClient; readonly microphone: AudioFlow };

const bridge = await BridgeProcess.start();
const call = new RestCall(bridge);

async function join(index: number): Promise<Person> {
  const ssrc = firstSsrc + index;
  const { client } = await call.join(index.toString(16).padStart(8, '0'), { microphone: ssrc });
  const levelDbov = roomDbov;
  return { client, microphone: new AudioFlow({ client, ssrc, levelDbov, quietEvery }) };
}

/** ms from a voice's beginning, up to 20 before its first packet, until `listener` gets one of that microphone. */
async function heardAfterMs(speaker: number, listener: Person): Promise<number> {
  const { microphone } = crowd[speaker]!;
  const heard = new Promise<number>((resolve) => {
    listener.client.onRtp = ({ ssrc }) => {
      if (ssrc === firstSsrc + speaker) resolve(performance.now());
    };
  });
  const begins = performance.now();
  speaking = microphone;
  microphone.setLevel(voiceDbov);
  const after = (await Promise.race([heard, delay(2000, Infinity)])) - begins;
  await delay(sentenceMs);
  speaking = undefined;
  return after;
}

let speaking: AudioFlow | undefined;
const random = seededRandom();
const rooms = setInterval(() => {
  for (const { microphone } of crowd)
    if (microphone !== speaking) microphone.setLevel(roomDbov + roomSpreadDb * (unit() - 0.5));
}, roomIntervalMs);
const unit = (): number => random.uint32() / 2 ** 32;

async function consumers(): Promise<number> {
  const text = await (await fetch(`${bridge.restUrl}/metrics`)).text();
  const values = [...text.matchAll(/^trestle_worker_consumers\S* (\d+)/gm)];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

const crowd: Person[] = [];
for (let index = 0; index < people; index += 1) crowd.push(await join(index));
await delay(3000); // the first levels
const cpu = bridge.cpuUs();
const start = performance.now();
const times: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  // Nobody twice: those who spoke lately are sent already.
  const speaker = Math.floor(((round + 0.5) * people) / rounds);
  times.push(await heardAfterMs(speaker, crowd[(speaker + people / 2) % people]!));
}
const seconds = (performance.now() - start) / 1000;
const after = bridge.cpuUs();
const open = await consumers();
const { p50 = 0, p95 = 0, max = 0 } = percentilesOf(times.map((ms) => ms * 1000)) ?? {};

const cores = (us: number): string => (us / 1e6 / seconds).toFixed(2);
process.stdout.write(
  `${people} open microphones, ${rounds} voices that begin: heard after ${p50.toFixed(0)} (p50), ${p95.toFixed(0)} (p95), ` +
    `${max.toFixed(0)} ms at most (aim: ${aimMs} ms)\n` +
    `${open} consumers of ${people * (people - 1)} pairs; cores: Node ${cores(after.node - cpu.node)}, ` +
    `worker ${cores(after.workers - cpu.workers)}\n`,
);
clearInterval(rooms);
for (const { client, microphone } of crowd) {
  microphone.stop();
  client.close();
}
await bridge.stop();
process.exit(p95 > aimMs ? 1 : 0);
