// Builds the Debian package: node scripts/build-deb.mjs [--out FOLDER] [--system-node] [--provides VERSION] [--compression none|xz]
// Needs dist/ and the worker ("make build"), dpkg-dev. docs/packages.md says what is in it and why.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { BuildError, cacheEntry } from './worker-cache.mjs';

const top = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(top, 'out') },
    'system-node': { type: 'boolean', default: false },
    provides: { type: 'string', default: '2.3' },
    compression: { type: 'string', default: 'xz' },
  },
});
const { version, license } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
const maintainer = 'The Trestle authors <trestle@localhost>';
const copyrightText = `Copyright: 2026 The Trestle authors
License: ${license}, see /usr/share/common-licenses/Apache-2.0

Of others, each under the license that stands in its folder or its program:
 /usr/lib/trestle/node_modules/*     packages of npm
 /usr/lib/trestle/bin/mediasoup-worker  mediasoup (ISC) with the patches of Trestle
 /usr/lib/trestle/bin/node           Node.js (MIT and others: https://github.com/nodejs/node/blob/main/LICENSE)
`;
const packaging = (name) => join(top, 'packaging/debian', name);
const run = (command, args, cwd = top) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const stage = mkdtempSync(join(tmpdir(), 'trestle-deb-'));
chmodSync(stage, 0o755); // becomes the mode of /
try {
  process.stdout.write(`${build()}\n`);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`build-deb: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(stage, { recursive: true, force: true });
}

function build() {
  const architecture = run('dpkg', ['--print-architecture']).trim();
  const programs = stageFiles();
  const dependencies = [...sharedLibraries(programs), 'ca-certificates', 'curl', 'passwd'];
  if (options['system-node']) dependencies.push('nodejs (>= 20.19)');
  stageControl(architecture, dependencies);
  mkdirSync(options.out, { recursive: true });
  const file = join(options.out, `trestle_${version}_${architecture}.deb`);
  run('dpkg-deb', ['--root-owner-group', `-Z${options.compression}`, '--build', stage, file]);
  return file;
}

/** @returns {string[]} the ELF programs among what was staged */
function stageFiles() {
  const lib = join(stage, 'usr/lib/trestle');
  if (!existsSync(join(top, 'dist/main.js')))
    throw new BuildError('there is no dist/: run "make build" first');
  const worker = process.env.MEDIASOUP_WORKER_BIN ?? cacheEntry('release').binary;
  if (!existsSync(worker)) throw new BuildError('the worker is not built: run "make build" first');
  copy(
    join(top, 'dist'),
    join(lib, 'dist'),
    (path) => !path.endsWith('.map') && !path.includes('/dist/loadtest'),
  );
  copy(join(top, 'package.json'), join(lib, 'package.json'));
  copy(worker, join(lib, 'bin/mediasoup-worker'), undefined, 0o755);
  for (const module of productionModules()) {
    copy(module, join(lib, relative(top, module)), (path) => isLoaded(relative(module, path)));
  }
  // Archives of npm bring whatever modes their authors had.
  for (const file of filesIn(lib)) chmodSync(file, 0o644);
  chmodSync(join(lib, 'dist/main.js'), 0o755);
  chmodSync(join(lib, 'bin/mediasoup-worker'), 0o755);
  if (!options['system-node']) copy(process.execPath, join(lib, 'bin/node'), undefined, 0o755);
  copy(packaging('trestle'), join(stage, 'usr/bin/trestle'), undefined, 0o755);
  const scripts = join(stage, 'usr/share/jitsi-videobridge');
  copy(packaging('jvb.sh'), join(scripts, 'jvb.sh'), undefined, 0o755);
  const graceful = 'graceful_shutdown.sh';
  copy(join(top, 'config', graceful), join(scripts, graceful), undefined, 0o755);
  copy(
    packaging('jitsi-videobridge2.service'),
    join(stage, 'lib/systemd/system/jitsi-videobridge2.service'),
  );
  copy(
    packaging('20-trestle-udp-buffers.conf'),
    join(stage, 'usr/lib/sysctl.d/20-trestle-udp-buffers.conf'),
  );
  copy(packaging('logrotate'), join(stage, 'usr/share/trestle/logrotate'));
  for (const extra of ['grafana-dashboard.json', 'prometheus-alerts.yml']) {
    copy(join(top, 'config', extra), join(stage, 'usr/share/trestle', extra));
  }
  const doc = join(stage, 'usr/share/doc/trestle');
  copy(join(top, 'README.md'), join(doc, 'README.md'));
  copy(join(top, 'docs'), join(doc, 'docs'));
  copy(join(top, 'config/reference.conf'), join(doc, 'reference.conf'));
  copy(join(top, 'CHANGELOG.md'), join(doc, 'CHANGELOG.md'));
  writeFileSync(join(doc, 'copyright'), copyrightText);
  writeFileSync(join(doc, 'changelog.gz'), gzipSync(debianChangelog(), { level: 9 }));
  const manual = readFileSync(packaging('trestle.1'));
  mkdirSync(join(stage, 'usr/share/man/man1'), { recursive: true });
  writeFileSync(join(stage, 'usr/share/man/man1/trestle.1.gz'), gzipSync(manual, { level: 9 }));
  copy(packaging('lintian-overrides'), join(stage, 'usr/share/lintian/overrides/trestle'));
  return [join(lib, 'bin/mediasoup-worker'), join(lib, 'bin/node')].filter(existsSync);
}

/** Of a path within an npm package or one nested in it: whether Node loads it. The worker is built, its sources are not needed. */
function isLoaded(path) {
  const within = path.replace(/^.*node_modules\/(@[^/]+\/)?[^/]+\/?/, '');
  return !/^(test|tests|test\.js|benchmarks?|integration|spec|docs|examples?|scripts|worker|bin|bin\.js)(\/|$)|(^|\/)\.|\.([cm]?ts|map|md|html|sh)$/.test(
    within,
  );
}

function debianChangelog() {
  const date = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000);
  const day = date.toUTCString().replace('GMT', '+0000');
  return `trestle (${version}) unstable; urgency=medium\n\n  * What changed is in CHANGELOG.md beside this file.\n\n -- ${maintainer}  ${day}\n`;
}

function copy(from, to, filter = () => true, mode = undefined) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true, filter: (path) => filter(path) });
  if (mode !== undefined) chmodSync(to, mode);
}

/** Folders of the packages that a bridge loads (the optional ones are the load tester's), without the nested ones of others: those are in their folder. */
function productionModules() {
  const listed = run('npm', ['ls', '--omit=dev', '--omit=optional', '--all', '--parseable'])
    .trim()
    .split('\n')
    .slice(1);
  return listed.filter((path) => existsSync(path) && path.startsWith(join(top, 'node_modules')));
}

/** @returns {string[]} the packages that have the libraries these programs load */
function sharedLibraries(programs) {
  const work = mkdtempSync(join(tmpdir(), 'trestle-shlibs-'));
  try {
    mkdirSync(join(work, 'debian'));
    writeFileSync(
      join(work, 'debian/control'),
      'Source: trestle\n\nPackage: trestle\nArchitecture: any\n',
    );
    const args = programs.map((program) => `-e${program}`);
    const found = run('dpkg-shlibdeps', ['-O', '--ignore-missing-info', ...args], work);
    return found
      .trim()
      .replace(/^shlibs:Depends=/, '')
      .split(', ');
  } finally {
    rmSync(work, { recursive: true });
  }
}

function stageControl(architecture, dependencies) {
  const control = join(stage, 'DEBIAN');
  mkdirSync(control);
  writeFileSync(
    join(control, 'control'),
    `Package: trestle
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Section: net
Priority: optional
Installed-Size: ${Math.ceil(files().reduce((sum, file) => sum + lstatSync(file).size, 0) / 1024)}
Depends: ${dependencies.join(', ')}
Provides: jitsi-videobridge (= ${options.provides}), jitsi-videobridge2 (= ${options.provides})
Conflicts: jitsi-videobridge, jitsi-videobridge2
Replaces: jitsi-videobridge, jitsi-videobridge2
Description: videobridge for Jitsi on mediasoup
 Takes the place of jitsi-videobridge2 beside an unchanged Prosody, Jicofo and
 Jitsi Meet: same configuration, same unit, same ports, same statistics.
`,
  );
  for (const name of ['postinst', 'prerm', 'postrm']) {
    const script = readFileSync(packaging(name), 'utf8');
    const rotate = readFileSync(packaging('logrotate'), 'utf8').trimEnd();
    writeFileSync(join(control, name), script.replace('@LOGROTATE@', rotate), { mode: 0o755 });
  }
  const sums = files().map((file) => {
    const sum = createHash('md5').update(readFileSync(file)).digest('hex');
    return `${sum}  ${relative(stage, file)}\n`;
  });
  writeFileSync(join(control, 'md5sums'), sums.join(''));
}

function files() {
  return filesIn(stage).filter((file) => !file.startsWith(join(stage, 'DEBIAN/')));
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
