// Builds mediasoup's worker with our patches into the cache and prints the binary's path as the last line of stdout.
// Usage: node scripts/build-worker.mjs [--asan] [--jobs N] [--without PATCH] [--edit FILE] [--dry-run]
// --without leaves a patch of the series out and --edit applies one more, to show that a test fails then (test-patches.mjs).
// --dry-run only applies the patches, each of which may apply alone and not after the others: a second instead of minutes.
// Everything else goes to stderr. docs/worker.md says what is built and why.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { withBuildLock } from './worker-build-lock.mjs';
import {
  BuildError,
  MEDIASOUP_VERSION,
  cacheEntry,
  hasIpsecMb,
  mediasoupWorkerSources,
  variants,
  workerFolder,
  workerSeries,
} from './worker-cache.mjs';

// Debian 12's names; each brings what a step below runs or includes.
const DEBIAN_PACKAGES = [
  'g++',
  'cmake',
  'ninja-build',
  'patch',
  'libuv1-dev',
  'libssl-dev',
  'libsrtp2-dev',
  'libabsl-dev',
  'libflatbuffers-dev',
  'flatbuffers-compiler',
];

const { values: options } = parseArgs({
  options: {
    asan: { type: 'boolean', default: false },
    jobs: { type: 'string' },
    without: { type: 'string' },
    edit: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  },
});
const variant = options.asan ? 'asan' : 'release';
const log = (line) => process.stderr.write(`build-worker: ${line}\n`);

try {
  if (options['dry-run']) await inFolder(tmpdir(), prepareSources);
  else process.stdout.write(`${await builtBinary(cacheEntry(variant, changes()))}\n`);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  log(error.message);
  process.exitCode = 1;
}

async function builtBinary(entry) {
  if (!existsSync(entry.binary)) {
    checkPackages();
    mkdirSync(entry.root, { recursive: true });
    await withBuildLock(join(entry.root, `${entry.key}.lock`), log, async () => {
      // Whoever held the lock may have built it.
      if (!existsSync(entry.binary)) await build(entry);
    });
  }
  return entry.binary;
}

function changes() {
  const { without = '', edit } = options;
  return without + (edit === undefined ? '' : readFileSync(edit, 'utf8'));
}

/** Builds in a folder of its own beside the cache entry and renames the result into place: a reader sees all or nothing. */
async function build(entry) {
  const started = Date.now();
  log(`building ${variant} worker ${entry.key} (some minutes, once)`);
  if (process.arch === 'x64' && !hasIpsecMb())
    log('without libipsec-mb-dev: SRTP will cost four times as much');
  await inFolder(entry.root, async (folder) => {
    prepareSources(folder);
    await compile(folder);
    mkdirSync(join(folder, 'result'));
    renameSync(join(folder, 'out', 'mediasoup-worker'), join(folder, 'result', 'mediasoup-worker'));
    if (!existsSync(entry.binary)) renameSync(join(folder, 'result'), entry.folder);
  });
  log(`done in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Does `work` in a new folder below `root` that is gone afterwards, also when this process is killed. */
async function inFolder(root, work) {
  const folder = mkdtempSync(join(root, 'building-'));
  // Retried: what a killed compiler had begun to write may land while the folder goes.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  process.once('exit', removeFolder);
  try {
    await work(folder);
  } finally {
    process.off('exit', removeFolder);
    removeFolder();
  }
}

/** Copies our part of the build to `folder` and mediasoup's, patched, to `upstream/` in it. */
function prepareSources(folder) {
  cpSync(workerFolder, folder, { recursive: true });
  const sources = join(folder, 'upstream');
  const packaged = mediasoupWorkerSources();
  for (const part of ['src', 'include', 'fbs', 'deps']) {
    cpSync(join(packaged, part), join(sources, part), { recursive: true });
  }
  makeWritable(folder);

  const patches = join(folder, 'patches');
  const series = readdirSync(patches)
    .filter((file) => file.endsWith('.patch') && file !== options.without)
    .sort();
  for (const name of series) applyPatch(sources, join(patches, name), `worker/patches/${name}`);
  if (options.edit !== undefined) applyPatch(sources, resolve(options.edit), options.edit);
}

function applyPatch(sources, file, name) {
  // No fuzz: a patch whose context moved on must be read again by somebody, not guessed into place.
  const flags = ['-p1', '--fuzz=0', '--forward', '--batch', '--no-backup-if-mismatch'];
  const run = spawnSync('patch', [...flags, '-i', file], { cwd: sources, encoding: 'utf8' });
  if (run.error)
    throw new BuildError(`cannot run patch (${run.error.message}): apt-get install -y patch`);
  if (run.status !== 0) {
    throw new BuildError(
      `${name} does not apply to mediasoup ${MEDIASOUP_VERSION} after the patches before it:\n${run.stdout}${run.stderr}`,
    );
  }
}

async function compile(folder) {
  const out = join(folder, 'out');
  const launcher = commandExists('ccache')
    ? ['-DCMAKE_C_COMPILER_LAUNCHER=ccache', '-DCMAKE_CXX_COMPILER_LAUNCHER=ccache']
    : [];
  await run(folder, 'cmake', [
    '-G',
    'Ninja',
    '-S',
    folder,
    '-B',
    out,
    `-DTRESTLE_SERIES=${workerSeries()}`,
    ...launcher,
    ...variants[variant],
  ]);
  const jobs = options.jobs ?? String(availableParallelism());
  await run(folder, 'nice', ['-n', '10', 'ninja', '-C', out, '-j', jobs], progress());
}

/** Shows about every twentieth step of ninja where there is no terminal to rewrite a line in. */
function progress() {
  let shown = -1;
  return (line) => {
    const step = /^\[(\d+)\/(\d+)\]/.exec(line);
    if (step === null) return false;
    const percent = Math.floor((Number(step[1]) / Number(step[2])) * 20) * 5;
    if (percent > shown) {
      shown = percent;
      log(`${percent} % (step ${step[1]} of ${step[2]})`);
    }
    return true;
  };
}

/** Runs a step; what it printed is shown when it fails. */
async function run(folder, command, args, onLine = () => false) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: ninja's compilers end with it.
    detached: true,
    // The build folder's name is random: let ccache look past it.
    env: { ...process.env, CCACHE_BASEDIR: folder, CCACHE_NOHASHDIR: '1' },
  });
  const stop = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  // Before the folder it writes to is removed.
  process.prependOnceListener('exit', stop);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (!onLine(line)) output.push(line);
    });
  }
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  process.off('exit', stop);
  if (status !== 0) throw new BuildError(`${command} failed:\n${output.slice(-60).join('\n')}`);
}

function checkPackages() {
  const query = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${Package} ${db:Status-Status}\n', ...DEBIAN_PACKAGES],
    { encoding: 'utf8' },
  );
  // Not Debian: cmake says what it does not find.
  if (query.error) return;
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  const missing = DEBIAN_PACKAGES.filter((name) => !installed.has(name));
  if (missing.length > 0) {
    throw new BuildError(
      `Debian packages are missing; install them with: apt-get install -y ${missing.join(' ')}`,
    );
  }
}

function commandExists(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** The package may be installed read-only. */
function makeWritable(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue; // chmod would follow it out of the folder
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}
