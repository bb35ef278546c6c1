import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'trestle-packages-'));
const root = join(folder, 'root');
const within = (path: string) => join(root, path);
const unit = 'jitsi-videobridge2.service';
/** That it starts with the machine. */
const wanted = () => existsLink(`etc/systemd/system/multi-user.target.wants/${unit}`);
let deb = '';
let jvb = '';

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Installs into the scratch root; maintainer scripts run outside of it with DPKG_ROOT (dpkg(1)). */
function dpkg(...args: string[]) {
  const flags = ['--force-script-chrootless', '--force-depends', '--force-not-root'];
  const { status, stdout, stderr } = spawnSync('dpkg', [`--root=${root}`, ...flags, ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return { status, said: stdout + stderr };
}

const status = (name: string): string =>
  spawnSync(
    'dpkg-query',
    [`--admindir=${within('var/lib/dpkg')}`, '-W', '-f=${db:Status-Status}', name],
    {
      encoding: 'utf8',
    },
  ).stdout;

function existsLink(path: string): boolean {
  return lstatSync(within(path), { throwIfNoEntry: false }) !== undefined;
}

function makeRoot(): void {
  for (const each of ['etc', 'tmp', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/log']) {
    mkdirSync(within(each), { recursive: true });
  }
  for (const each of [
    'etc/passwd',
    'etc/group',
    'etc/shadow',
    'etc/gshadow',
    'var/lib/dpkg/status',
  ]) {
    writeFileSync(within(each), '');
  }
}

/** A stand-in for jitsi-videobridge2 with its unit, a file of its own and its configuration. */
function makeJvb(): string {
  const stage = join(folder, 'jvb');
  mkdirSync(join(stage, 'DEBIAN'), { recursive: true, mode: 0o755 });
  mkdirSync(join(stage, 'lib/systemd/system'), { recursive: true });
  mkdirSync(join(stage, 'usr/share/jitsi-videobridge'), { recursive: true });
  mkdirSync(join(stage, 'etc/logrotate.d'), { recursive: true });
  writeFileSync(
    join(stage, 'DEBIAN/control'),
    'Package: jitsi-videobridge2\nVersion: 2.3-1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: a JVB\n',
  );
  // What debhelper made of it until 2023.
  const helper = 'deb-systemd-helper';
  const enables = `#!/bin/sh\n${helper} unmask ${unit}\n${helper} enable ${unit}\n`;
  const masks = `#!/bin/sh\n[ "$1" != remove ] || ${helper} mask ${unit}\n`;
  for (const [name, script] of Object.entries({ postinst: enables, postrm: masks })) {
    writeFileSync(join(stage, 'DEBIAN', name), script, { mode: 0o755 });
  }
  writeFileSync(join(stage, 'DEBIAN/conffiles'), '/etc/logrotate.d/jitsi-videobridge\n');
  writeFileSync(
    join(stage, 'lib/systemd/system', unit),
    '[Unit]\nDescription=a JVB\n[Install]\nWantedBy=multi-user.target\n',
  );
  writeFileSync(join(stage, 'usr/share/jitsi-videobridge/jvb.sh'), 'a JVB\n');
  writeFileSync(join(stage, 'etc/logrotate.d/jitsi-videobridge'), 'a JVB\n');
  run('dpkg-deb', '--root-owner-group', '-Znone', '--build', stage, folder);
  return join(folder, 'jitsi-videobridge2_2.3-1_all.deb');
}

beforeAll(() => {
  makeRoot();
  jvb = makeJvb();
  deb = run('node', 'scripts/build-deb.mjs', '--compression', 'none', '--out', folder).trim();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the Debian package', { timeout: 240_000 }, () => {
  it('takes the place of jitsi-videobridge2 and leaves its configuration as it is', () => {
    expect(dpkg('-i', jvb)).toMatchObject({ status: 0 });
    const configuration = within('etc/jitsi/videobridge');
    mkdirSync(configuration, { recursive: true });
    writeFileSync(join(configuration, 'config'), 'JVB_OPTS="--apis=,"\n');
    writeFileSync(join(configuration, 'jvb.conf'), 'videobridge.ice.udp.port = 10007\n');

    const installed = dpkg('-i', deb);
    expect(installed, installed.said).toMatchObject({ status: 0 });
    expect(status('trestle')).toBe('installed');
    expect(status('jitsi-videobridge2')).toBe('config-files');
    expect(readFileSync(join(configuration, 'jvb.conf'), 'utf8')).toContain('10007');
    expect(readFileSync(within('etc/logrotate.d/jitsi-videobridge'), 'utf8')).toBe('a JVB\n');
    expect(readFileSync(within('etc/passwd'), 'utf8')).toMatch(/^jvb:/m);
    expect(readFileSync(within('etc/group'), 'utf8')).toMatch(/^jitsi:/m);
    expect(statSync(root).mode & 0o777).toBe(0o755);
    expect(existsLink(`etc/systemd/system/${unit}`), 'masked').toBe(false);
    expect(wanted()).toBe(true);
  });

  it('brings a bridge that runs on its own Node.js and its own worker', () => {
    const file = within('etc/jitsi/videobridge/jvb.conf');
    const version = run(within('usr/bin/trestle'), '--version').trim();
    expect(run('dpkg-deb', '-f', deb, 'Version').trim()).toBe(version);
    expect(run(within('usr/bin/trestle'), 'config', '--config', file)).toContain('port = 10007');
    const doctor = spawnSync(within('usr/bin/trestle'), ['doctor', '--json', '--config', file], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin' },
    });
    expect(JSON.parse(doctor.stdout)).toContainEqual({
      level: 'ok',
      check: 'media worker',
      found: within('usr/lib/trestle/bin/mediasoup-worker'),
    });
  });

  it('has a unit that systemd takes', () => {
    // What it refers to is of this machine, as it will be of the operator's.
    const unit = within('lib/systemd/system/jitsi-videobridge2.service');
    const verified = spawnSync('systemd-analyze', ['--man=no', 'verify', unit], {
      encoding: 'utf8',
    });
    const lines = (verified.stdout + verified.stderr).split('\n');
    expect(lines.filter((line) => line.includes('jitsi-videobridge2.service'))).toEqual([]);
  });

  it('has maintainer scripts and launchers that a shell can read', () => {
    run('dpkg-deb', '-e', deb, join(folder, 'control'));
    const control = ['postinst', 'prerm', 'postrm'].map((name) => join(folder, 'control', name));
    const shared = ['jvb.sh', 'graceful_shutdown.sh'];
    const launchers = shared.map((name) => within(`usr/share/jitsi-videobridge/${name}`));
    for (const script of [...control, ...launchers]) run('sh', '-n', script);
    expect(readFileSync(join(folder, 'control/postrm'), 'utf8')).not.toContain('@LOGROTATE@');
  });

  it('leaves the way back: removed, the JVB is installed again over the same files', () => {
    expect(dpkg('-r', 'trestle')).toMatchObject({ status: 0 });
    expect(existsSync(within('usr/lib/trestle'))).toBe(false);
    expect(readFileSync(within('etc/jitsi/videobridge/jvb.conf'), 'utf8')).toContain('10007');
    expect(dpkg('-i', jvb)).toMatchObject({ status: 0 });
    expect(readFileSync(within('usr/share/jitsi-videobridge/jvb.sh'), 'utf8')).toBe('a JVB\n');
    expect(wanted()).toBe(true);
    expect(dpkg('-P', 'jitsi-videobridge2')).toMatchObject({ status: 0 });
  });

  it('installs where no JVB was, with files to fill in, and purges what it made but the configuration', () => {
    rmSync(within('etc/jitsi'), { recursive: true });
    const installed = dpkg('-i', deb);
    expect(installed, installed.said).toMatchObject({ status: 0 });
    const file = within('etc/jitsi/videobridge/jvb.conf');
    expect(run(within('usr/bin/trestle'), 'config', '--config', file)).toContain('# read:');
    expect(existsSync(within('etc/logrotate.d/jitsi-videobridge'))).toBe(true);
    expect(dpkg('-P', 'trestle')).toMatchObject({ status: 0 });
    expect(existsSync(within('etc/logrotate.d/jitsi-videobridge'))).toBe(false);
    expect(existsSync(file)).toBe(true);
  });
});

it('Prometheus takes the alerts', () => {
  expect(run('promtool', 'check', 'rules', 'config/prometheus-alerts.yml')).toContain('SUCCESS');
});
