// How much more a worker of another series takes for a forwarded packet than ours, both at work at the same time:
// tsx test/bench/without-patch.ts BINARY. Ends with 1 if it does not take more.
import { setTimeout as delay } from 'node:timers/promises';
import { buildNative } from '../../loadtest/certify/native-limits.ts';
import { makeCertificate } from './bench-peers.ts';
import { forwardingCases, ForwardingRun, type ForwardingCase } from './forwarding-run.ts';

const ROUNDS = 30;
const ROUND_MS = 2000;
/** By chance alone as many rounds or more go one way in 8 of 1,000 cases. */
const ENOUGH_ROUNDS = 22;

const [binary = ''] = process.argv.slice(2);
buildNative();
const certificate = makeCertificate();

/** @returns µs per packet with and without, of each round */
async function compare(bench: ForwardingCase): Promise<(readonly [number, number])[]> {
  const runs = [
    await ForwardingRun.start(bench, certificate),
    await ForwardingRun.start(bench, certificate, { MEDIASOUP_WORKER_BIN: binary }),
  ] as const;
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const read = (run: ForwardingRun) =>
      run.look().then(({ received }) => ({ received, us: run.workerUs() }));
    const before = [await read(runs[0]), await read(runs[1])] as const;
    await delay(ROUND_MS);
    const after = [await read(runs[0]), await read(runs[1])] as const;
    const cost = (of: 0 | 1) =>
      (after[of].us - before[of].us) / (after[of].received - before[of].received);
    rounds.push([cost(0), cost(1)] as const);
  }
  for (const run of runs) await run.stop();
  return rounds;
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

let isDearer = false;
for (const bench of forwardingCases) {
  const rounds = await compare(bench);
  const dearer = rounds.filter(([ours, without]) => without > ours).length;
  isDearer ||= dearer >= ENOUGH_ROUNDS;
  const ratio = median(rounds.map(([ours, without]) => without / ours));
  process.stdout.write(
    `  ${bench.name}: ${ratio.toFixed(3)} × the worker's CPU per packet ` +
      `(${median(rounds.map(([ours]) => ours)).toFixed(2)} µs with it), more in ${dearer} of ${ROUNDS} rounds\n`,
  );
}
process.exitCode = isDearer ? 0 : 1;
