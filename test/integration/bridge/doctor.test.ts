import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
type Verdict = { level: string; check: string; found: string; why?: string; todo?: string };

function doctor(...args: string[]) {
  return new Promise<{ code: number; stdout: string; verdicts: () => Verdict[] }>((resolve) => {
    execFile(process.execPath, [main, 'doctor', ...args], (error, stdout) =>
      resolve({
        code: error ? Number(error.code) : 0,
        stdout,
        verdicts: () => JSON.parse(stdout) as Verdict[],
      }),
    );
  });
}

it('finds a running bridge and takes its ports and channel address for what they are', async () => {
  const bridge = await BridgeProcess.start();
  try {
    const { verdicts } = await doctor('--json', '--config', bridge.configFile);
    const of = (check: string) => verdicts().filter((verdict) => verdict.check.startsWith(check));
    expect(of('bridge')[0]).toMatchObject({ level: 'ok', found: 'runs and is healthy' });
    const ports = of('port');
    expect(ports.map(({ level, check }) => `${level} ${check}`).sort()).toEqual([
      'ok port: media (UDP)',
      'ok port: private HTTP',
      'ok port: public HTTP',
    ]);
    expect(ports.every(({ found }) => found.includes('is the bridge’s'))).toBe(true);
    expect(of('bridge channel')).toMatchObject([{ level: 'ok', found: 'leads to the bridge' }]);
    expect(of('media worker')[0]).toMatchObject({ level: 'ok' });
    appendFileSync(
      bridge.configFile,
      `videobridge.apis.xmpp-client.configs.a { hostname = 127.0.0.1, port = 1, username = u, password = p, muc_jids = "a@b", muc_nickname = n }`,
    );
    const again = await doctor('--json', '--config', bridge.configFile);
    expect(again.code).toBe(1);
    expect(again.verdicts()).toContainEqual(
      expect.objectContaining({ check: 'XMPP a', level: 'fail' }),
    );
  } finally {
    await bridge.stop();
  }
});

it('names what has the media port while no bridge runs, and what a missing worker means', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-doctor-'));
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const file = join(folder, 'jvb.conf');
  writeFileSync(
    file,
    `videobridge { ice.udp.port = ${port}, apis.rest.enabled = true, http-servers.private.port = 0 }
trestle { ice { loopback = true, tcp.enabled = false }, worker.binary = /nowhere }
ice4j.harvest { allowed-addresses = ["127.0.0.1"], mapping.aws.enabled = false }`,
  );
  try {
    const { code, stdout } = await doctor('--config', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(`FAIL  port: media \\(UDP\\): 127\\.0\\.0\\.1:${port} is taken by`),
    );
    expect(stdout).toMatch(/FAIL {2}media worker: \/nowhere cannot be run/);
    expect(stdout).toMatch(/FAIL {2}addresses for clients: 127\.0\.0\.1: none that the internet/);
    expect(stdout).toMatch(/what to do: /);
  } finally {
    socket.close();
    rmSync(folder, { recursive: true });
  }
});
