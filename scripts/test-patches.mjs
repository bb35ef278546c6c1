// Shows that tests fail on a worker without a patch: node scripts/test-patches.mjs 09 received-rollover …
// A number leaves that patch out, or undoes it with test/mutants/<number>-*.patch where later patches need its text; a
// name applies that file. Its tests are those of the table in docs/worker.md, or of its line "Test:". Where the table says
// `bench:forward`, both workers forward the same side by side, and the one without has to take more.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerSeries } from './worker-cache.mjs';

// Browsers' tests run the compiled bridge, and it has to be of this series.
execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'trestle-mutants-'));
try {
  const survived = process.argv.slice(2).filter((name) => !fails(name));
  if (survived.length > 0) {
    process.stderr.write(`no test fails without: ${survived.join(', ')}\n`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** @returns {boolean} whether a test that names the patch failed on a worker without it, or that takes more CPU */
function fails(name) {
  const { build, tests } = change(name);
  const binary = execFileSync(process.execPath, ['scripts/build-worker.mjs', ...build], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  if (tests.length === 0) return takesMore(name, ofOurSeries(binary));
  const env = { ...process.env, MEDIASOUP_WORKER_BIN: ofOurSeries(binary) };
  const projects = ['--project', 'integration', '--project', 'e2e'];
  const vitest = ['vitest', 'run', ...projects, '--reporter=json', ...tests];
  const { stdout } = spawnSync('npx', vitest, { encoding: 'utf8', env, maxBuffer: 1e9 });
  const results = JSON.parse(stdout.slice(stdout.indexOf('{'))).testResults;
  if (results.length === 0) throw new Error(`no test ran: npx ${vitest.join(' ')}`);
  const failed = results.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  const broken = results.find(({ status }) => status === 'failed');
  if (failed.length === 0 && broken) throw new Error(`${broken.name}: ${broken.message}`);
  process.stdout.write(`${name}: ${failed.length} tests fail\n`);
  for (const { fullName } of failed) process.stdout.write(`  ${fullName}\n`);
  return failed.length > 0;
}

function takesMore(name, worker) {
  process.stdout.write(`${name}: a worker without it takes\n`);
  const bench = ['tsx', 'test/bench/without-patch.ts', worker];
  return spawnSync('npx', bench, { stdio: 'inherit' }).status === 0;
}

function change(name) {
  const mutants = readdirSync('test/mutants');
  const mutant = mutants.find((file) => file === `${name}.patch` || file.startsWith(`${name}-`));
  const patch = readdirSync('worker/patches').find((file) => file.startsWith(`${name}-`));
  if (mutant === undefined && patch === undefined) throw new Error(`there is no patch ${name}`);
  if (mutant === undefined) return { build: ['--without', patch], tests: testsOfTable(name) };
  const text = readFileSync(join('test/mutants', mutant), 'utf8');
  const named = /^Test: (.+)$/m.exec(text)?.[1];
  return {
    build: ['--edit', join('test/mutants', mutant)],
    tests: named === undefined ? testsOfTable(name) : files(named.split(', ')),
  };
}

/** From the last column of "| 09 bwe-send-history | what | `test`, `../media/test` |"; none if that is the bench. */
function testsOfTable(number) {
  const line = new RegExp(`^\\| ${number} .*\\| ([^|]+) \\|$`, 'm').exec(
    readFileSync('docs/worker.md', 'utf8'),
  );
  const names = [...(line?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  if (names.includes('bench:forward')) return [];
  return files(names.map(fromWorkerFolder));
}

/** The table names tests from `test/integration/worker`, those of browsers from the root. */
function fromWorkerFolder(name) {
  if (name.startsWith('test/')) return name;
  return name.startsWith('../') ? name.slice(3) : `worker/${name}`;
}

function files(names) {
  const found = names
    .map((name) => (name.startsWith('test/') ? name : `test/integration/${name}.test.ts`))
    .filter((file) => existsSync(file));
  if (found.length === 0) throw new Error(`no such tests: ${names.join(', ')}`);
  return found;
}

/** The bridge would refuse it. */
function ofOurSeries(binary) {
  const path = join(folder, 'mediasoup-worker');
  const answer = `[ "$1" = --series ] && exec echo ${workerSeries()}`;
  writeFileSync(path, `#!/bin/sh\n${answer}\nexec ${binary} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
