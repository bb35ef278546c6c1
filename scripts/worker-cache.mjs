// Where the built worker lives: a cache outside the checkout, keyed by everything the binary is made of.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The only mediasoup version the patch series is made for. */
export const MEDIASOUP_VERSION = '3.27.1';

/** The folder with our CMakeLists, shims, sources and patches. */
export const workerFolder = fileURLToPath(new URL('../worker', import.meta.url));

/** A build problem its reader can act on: reported without a stack. */
export class BuildError extends Error {}

/** Debian's libipsec-mb-dev, which the worker uses where there is one (amd64); CMakeLists.txt looks in the same place. */
export const hasIpsecMb = () => existsSync('/usr/include/intel-ipsec-mb.h');

/** CMake arguments of each variant; they are part of the cache key. */
export const variants = {
  release: [],
  asan: ['-DTRESTLE_SANITIZE=ON'],
};

/**
 * @returns {string} the `worker/` folder of the installed mediasoup package
 * @throws {BuildError} when mediasoup is not installed or has another version
 */
export function mediasoupWorkerSources() {
  let folder;
  try {
    folder = dirname(createRequire(import.meta.url).resolve('mediasoup'));
  } catch {
    throw new BuildError('mediasoup is not installed: run "npm ci" first');
  }
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (version !== MEDIASOUP_VERSION) {
    throw new BuildError(
      `mediasoup ${version} is installed, but worker/patches are made for ${MEDIASOUP_VERSION}: ` +
        'install that version, or carry the patches over (docs/worker.md, "Upgrading mediasoup")',
    );
  }
  return join(folder, 'worker');
}

/**
 * @param {keyof typeof variants} variant
 * @param {string} changes what the build changes of the sources, for a test of the tests
 * @returns {{ key: string, folder: string, binary: string, root: string }} the cache entry of what a build now would make
 */
export function cacheEntry(variant = 'release', changes = '') {
  mediasoupWorkerSources();
  const hash = createHash('sha256').update(workerSeries());
  hash.update(`\0${compilerVersion()}\0${process.arch}\0${JSON.stringify(variants[variant])}`);
  hash.update(JSON.stringify([process.env.CXXFLAGS ?? '', process.env.LDFLAGS ?? '']));
  if (hasIpsecMb()) hash.update('ipsec-mb');
  hash.update(changes);

  const key = `${MEDIASOUP_VERSION}-${variant}-${hash.digest('hex').slice(0, 16)}`;
  const root = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'trestle', 'worker');
  const folder = join(root, key);
  return { key, root, folder, binary: join(folder, 'mediasoup-worker') };
}

/**
 * @returns {string} which patches and sources a worker is built from, whatever builds it and for which machine; it is
 *   compiled into the worker, and into the bridge as `dist/worker-series`
 */
export function workerSeries() {
  const hash = createHash('sha256');
  for (const file of buildInputs())
    hash.update(`${relative(workerFolder, file)}\0`).update(readFileSync(file));
  return `${MEDIASOUP_VERSION}-${hash.digest('hex').slice(0, 16)}`;
}

/** Every file of `worker/` that decides what the binary is, in a fixed order. */
function buildInputs() {
  return readdirSync(workerFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function compilerVersion() {
  try {
    return execFileSync(process.env.CXX || 'c++', ['--version'], { encoding: 'utf8' }).split(
      '\n',
    )[0];
  } catch {
    // An entry cannot exist without a compiler having made it; the build names what is missing.
    return 'no compiler';
  }
}
