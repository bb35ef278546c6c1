import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Command, exitCodes } from './command.ts';

/** `make build` and the .deb put the worker there; the npm package builds it into a cache instead. */
const ownWorker = fileURLToPath(new URL('../../bin/mediasoup-worker', import.meta.url));
/** `npm run build` writes it beside the compiled bridge. */
const compiledSeries = fileURLToPath(new URL('../worker-series', import.meta.url));
const script = (name: string) => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));

/** The worker binary cannot be had; the message says what to do. */
export class WorkerBuildError extends Error {
  override readonly name = 'WorkerBuildError';
}

/**
 * The worker that is there, without building one: what the operator or the environment names, what came with the
 * package, or what was built before.
 */
export async function findWorker(configured: string | undefined): Promise<string | undefined> {
  const named = configured ?? process.env['MEDIASOUP_WORKER_BIN'];
  if (named !== undefined) return named;
  if (existsSync(ownWorker)) return ownWorker;
  return promisify(execFile)(process.execPath, [script('worker-path.mjs')]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** What the worker of this bridge says it was built from; run from its sources, the bridge has what the sources make. */
export async function neededSeries(): Promise<string> {
  if (existsSync(compiledSeries)) return readFileSync(compiledSeries, 'utf8').trim();
  const { stdout } = await promisify(execFile)(process.execPath, [script('worker-series.mjs')]);
  return stdout.trim();
}

/**
 * Builds the worker from the sources that came along, which takes some minutes, once; progress goes to standard
 * error. Nothing is downloaded.
 * @throws WorkerBuildError
 */
export async function buildWorker(): Promise<string> {
  const child = spawn(process.execPath, [script('build-worker.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let path = '';
  child.stdout.on('data', (text: Buffer) => (path += text.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code === 0) return path.trim();
  throw new WorkerBuildError(
    'the media worker could not be built, see above: when that is solved, start again or run "trestle build-worker"',
  );
}

/** `trestle build-worker`: so that the first start does not take minutes. */
export const buildWorkerCommand: Command = {
  summary: 'build the media worker now instead of at the first start',
  run: async ({ print, complain }) => {
    try {
      print(await buildWorker());
      return exitCodes.done;
    } catch (error) {
      if (!(error instanceof WorkerBuildError)) throw error;
      complain(`trestle: ${error.message}`);
      return exitCodes.fatal;
    }
  },
};
