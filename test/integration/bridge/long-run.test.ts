// What a year does in little: conferences come and go, and nothing of them stays.
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { skipIfSanitized } from '../../support/rtp/bare-worker.ts';

/** Collects garbage on SIGUSR2. */
const collector = new URL('../../support/bridge/collect-garbage.mjs', import.meta.url).href;

const rounds = 10;
const perRound = 100;
/** Until code is compiled and pools are filled. */
const warmUps = 8;

let bridge: BridgeProcess | undefined;
afterEach(async () => {
  bridge?.signal('SIGKILL');
  await bridge?.ended;
});

const medias = [
  { type: 'audio', 'payload-types': [{ id: 111, name: 'opus', clockrate: 48_000, channels: 2 }] },
  { type: 'video', 'payload-types': [{ id: 100, name: 'VP8', clockrate: 90_000 }] },
];

async function ask(url: string, method: string, body: object): Promise<void> {
  const reply = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${method} ${url}: ${reply.status} ${await reply.text()}`);
}

/** A conference of two endpoints with everything an endpoint has but packets. */
async function liveAndDie(conferences: string, id: string): Promise<void> {
  const endpoint = (name: string) => ({
    id: name,
    create: true,
    capabilities: ['source-names', 'ssrc-rewriting'],
    'stats-id': `${name}-stats`,
    transport: { 'ice-controlling': true, sctp: {} },
    medias,
  });
  await ask(conferences, 'POST', {
    'meeting-id': id,
    create: true,
    endpoints: [endpoint('aaaaaaaa')],
  });
  const one = `${conferences}/${id}`;
  await ask(one, 'PATCH', { endpoints: [endpoint('bbbbbbbb')] });
  await ask(one, 'PATCH', { expire: true });
}

/** Bytes resident now (proc(5), `VmRSS`). */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** Least squares: growth for each conference. */
function slope(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, y, x) => sum + (x - meanX) * (y - meanY), 0);
  const variance = values.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
  return covariance / variance / perRound;
}

it('keeps nothing of a thousand conferences', async (context) => {
  skipIfSanitized(context);
  bridge = await BridgeProcess.start({
    env: { NODE_OPTIONS: `--import=${collector}` },
    config: 'trestle.log.level = warn',
  });
  const conferences = `${bridge.restUrl}/colibri/v2/conferences`;
  const workers = bridge.workerPids();
  const heap: number[] = [];
  const workerMemory: number[] = [];
  let id = 0;
  const round = async () => {
    for (let count = 0; count < perRound; count += 1)
      await liveAndDie(conferences, `m-${(id += 1)}`);
    heap.push(await heapUsed(bridge!));
    workerMemory.push(workers.reduce((sum, pid) => sum + residentBytes(pid), 0));
  };
  for (let warmUp = 0; warmUp < warmUps; warmUp += 1) await round();
  heap.length = 0;
  workerMemory.length = 0;
  for (let count = 0; count < rounds; count += 1) await round();

  const figures = (await (await fetch(`${bridge.restUrl}/colibri/stats`)).json()) as Record<
    string,
    number
  >;
  expect(figures).toMatchObject({ conferences: 0, local_endpoints: 0 });
  expect(figures['total_conferences_completed']).toBe((rounds + warmUps) * perRound);
  const [heapSlope, workerSlope] = [slope(heap), slope(workerMemory)];
  const report = `bytes kept of a conference: Node's heap ${Math.round(heapSlope)}, workers ${Math.round(workerSlope)} (they have ${Math.round((workerMemory.at(-1) ?? 0) / 2 ** 20)} MiB)`;
  process.stdout.write(`${report}\n`);
  // One endpoint's objects take tens of kilobytes; a leak of a single one of them would show.
  expect(heapSlope, report).toBeLessThan(1500);
  expect(workerSlope, report).toBeLessThan(4000);
}, 240_000);

/** The heap after what is garbage has gone. */
async function heapUsed(of: BridgeProcess): Promise<number> {
  // Twice: what waits for finalizers goes with the second.
  for (let collection = 0; collection < 2; collection += 1) {
    of.signal('SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const reply = await fetch(`${of.restUrl}/metrics`, { headers: { accept: 'application/json' } });
  return ((await reply.json()) as { jvm_heap_used: number }).jvm_heap_used;
}
