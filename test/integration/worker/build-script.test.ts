import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

/** A package as npm installs it, with a compiler that is quick: it only counts how often it ran. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trestle-build-'));
  for (const part of ['worker', 'scripts']) cpSync(part, join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('node_modules/mediasoup'), join(folder, 'node_modules/mediasoup'));
  mkdirSync(join(folder, 'bin'));
  command('dpkg-query', `for name; do echo "$name installed"; done`);
  command('ccache', 'exit 0');
  command('cmake', 'exit 0');
  command(
    'ninja',
    `echo run >> ${folder}/runs; sleep 1; mkdir -p "$2"; touch "$2/mediasoup-worker"`,
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

function command(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

type Result = { readonly status: number | null; readonly path: string; readonly said: string };

function start(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [join('scripts', script), ...args], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, ...cache() },
  });
  let path = '';
  let said = '';
  child.stdout.on('data', (data: Buffer) => (path += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const result = new Promise<Result>((done) =>
    child.on('close', (status) => done({ status, path: path.trim(), said })),
  );
  return { child, result };
}

const run = (script: string, ...args: string[]) => start(script, ...args).result;
const cache = () => ({ XDG_CACHE_HOME: join(folder, 'cache') });
const cached = () => readdirSync(join(folder, 'cache/trestle/worker'));
const runs = () => readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n').length;

describe('building the worker', () => {
  it('prints the path of the binary, and does nothing the second time', async () => {
    expect(await run('worker-path.mjs')).toMatchObject({ status: 1, path: '' });
    const first = await run('build-worker.mjs');
    expect(first.status).toBe(0);
    expect(existsSync(first.path)).toBe(true);
    expect(await run('build-worker.mjs')).toMatchObject({ path: first.path, said: '' });
    expect(await run('worker-path.mjs')).toMatchObject({ path: first.path });
    expect(runs()).toBe(1);
    expect(cached()).toHaveLength(1);
  });

  it('happens once if two want it at the same time', async () => {
    const results = await Promise.all([run('build-worker.mjs'), run('build-worker.mjs')]);
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect(results[0].path).toBe(results[1].path);
    expect(runs()).toBe(1);
    expect(cached()).toHaveLength(1);
  });

  it('leaves nothing behind when it is interrupted, and can be started again', async () => {
    const { child, result } = start('build-worker.mjs');
    await until(() =>
      existsSync(join(folder, 'runs')) ? undefined : 'the compiler is not running',
    );
    child.kill('SIGTERM');
    expect((await result).status).toBe(143);
    expect(cached()).toEqual([]);
    expect((await run('build-worker.mjs')).status).toBe(0);
  });

  it('takes over from a build that died', async () => {
    const { path } = await run('build-worker.mjs');
    rmSync(join(path, '..'), { recursive: true });
    const lock = join(path, '../..', `${path.split('/').at(-2) ?? ''}.lock`);
    mkdirSync(lock);
    // No process has such a number.
    writeFileSync(join(lock, 'pid'), String(2 ** 30));
    expect(await run('build-worker.mjs')).toMatchObject({ status: 0, path });
  });

  it('is another one for another source, compiler flag or variant', async () => {
    const paths = [await run('build-worker.mjs'), await run('build-worker.mjs', '--asan')];
    writeFileSync(join(folder, 'worker/src/UdpSendBatch.cpp'), '// changed', { flag: 'a' });
    paths.push(await run('build-worker.mjs'));
    expect(new Set(paths.map(({ path }) => path)).size).toBe(3);
  });
});

describe('what is wrong', () => {
  it('with a patch is said with its name, even if it nearly applies', async () => {
    const patch = join(folder, 'worker/patches/01-ice-role-conflict.patch');
    const text = readFileSync(patch, 'utf8');
    expect(text).toContain('"invalid ICE-CONTROLLED');
    writeFileSync(patch, text.replace('"invalid ICE-CONTROLLED', '"invalid'));
    for (const args of [[], ['--dry-run']]) {
      const { status, said } = await run('build-worker.mjs', ...args);
      expect(status).toBe(1);
      expect(said).toContain('worker/patches/01-ice-role-conflict.patch does not apply');
    }
    expect(cached()).toEqual([]);
  });

  it('with Debian packages is said in one line that can be run', async () => {
    command('dpkg-query', 'for name; do [ $name = cmake ] || echo "$name installed"; done');
    const { status, said } = await run('build-worker.mjs');
    expect(status).toBe(1);
    expect(said.trim().split('\n')).toEqual([expect.stringMatching(/: apt-get install -y cmake$/)]);
  });

  it('with the compilation is shown', async () => {
    command('ninja', 'echo "[1/2] Building"; echo "worker.cpp:1: error: no"; exit 1');
    const { status, said } = await run('build-worker.mjs');
    expect(status).toBe(1);
    expect(said).toContain('worker.cpp:1: error: no');
    expect(cached()).toEqual([]);
  });

  it('with the version of mediasoup is said', async () => {
    rmSync(join(folder, 'node_modules/mediasoup'));
    mkdirSync(join(folder, 'node_modules/mediasoup'));
    const manifest = { name: 'mediasoup', version: '4.0.0', main: 'index.js' };
    writeFileSync(join(folder, 'node_modules/mediasoup/package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'node_modules/mediasoup/index.js'), '');
    const { status, said } = await run('build-worker.mjs');
    expect(status).toBe(1);
    expect(said).toMatch(/mediasoup 4\.0\.0 is installed, but .* 3\.27\.1/);
  });
});
