import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'trestle-commands-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function trestle(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function config(text: string): string {
  const file = join(folder, 'jvb.conf');
  writeFileSync(file, text);
  return file;
}

describe('trestle config', () => {
  it('prints what counts with its place, and what is not obeyed', () => {
    const file = config(
      'videobridge { cc.jvb-last-n = 7, cc.jvb-lastn = 8\n http-servers.private.key-store-password = hush }',
    );
    const { status, stdout, stderr } = trestle('config', '--config', file);
    expect(stdout).toContain(`# read: ${file}`);
    expect(stdout).toContain(`# ${file}:1:31\n`);
    expect(stdout).toContain('jvb-last-n = 7');
    expect(stdout).toMatch(/#.*jvb-lastn: nobody reads this key/);
    expect(stdout).toContain('"***"');
    expect(stdout + stderr).not.toContain('hush');
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each([
    [
      'a wrong type',
      'videobridge.ice.udp.port = ten',
      /jvb\.conf:1:\d+: videobridge\.ice\.udp\.port: expected a port/,
    ],
    ['broken syntax', 'videobridge {', /jvb\.conf:1/],
  ])('says in one line what is wrong with %s and ends with 78', (_name, text, said) => {
    const { status, stdout, stderr } = trestle('config', '--config', config(text));
    expect(stderr).toMatch(said);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(status).toBe(78);
  });

  it('names a file that is missing', () => {
    const { status, stderr } = trestle('config', '--config', '/nowhere/jvb.conf');
    expect(stderr).toBe('trestle: /nowhere/jvb.conf does not exist (--config)\n');
    expect(status).toBe(78);
  });
});

it('an unknown command is answered with those there are', () => {
  const { status, stderr } = trestle('confg');
  expect(stderr).toContain('there is no command "confg"');
  expect(stderr).toContain('build-worker');
  expect(status).toBe(64);
});

it('says its version and how it is used', () => {
  expect(trestle('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(trestle('--help')).toMatchObject({ status: 0, stderr: '' });
});
