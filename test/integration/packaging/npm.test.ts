import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'trestle-npm-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

it('the npm archive has all that a bridge needs, what its worker is built of included', async () => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['-xzf', archive], { cwd: folder });
  // What npm would fetch.
  symlinkSync(resolve('node_modules'), join(folder, 'package/node_modules'));
  const main = join(folder, 'package/dist/main.js');

  const port = await freePort();
  const config = join(folder, 'jvb.conf');
  writeFileSync(
    config,
    `videobridge { ice.udp.port = 0, http-servers.private.port = ${port}, apis.rest.enabled = true, health.require-valid-address = false }
trestle.ice { tcp.enabled = false, loopback = true }
ice4j.harvest { allowed-addresses = ["127.0.0.1"], mapping.aws.enabled = false }`,
  );
  // This package finds its own, whatever the tests run on.
  const env = { ...process.env };
  delete env['MEDIASOUP_WORKER_BIN'];
  // Such as a bin/ that was there before an update: what is needed is known without asking the sources.
  const stale = join(folder, 'package/bin');
  mkdirSync(stale);
  writeFileSync(join(stale, 'mediasoup-worker'), '#!/bin/sh\necho 3.27.1-0123456789abcdef\n', {
    mode: 0o755,
  });
  const doctor = spawnSync(process.execPath, [main, 'doctor', '--config', config], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(doctor.stdout).toMatch(
    /FAIL {2}media worker: .* series 3\.27\.1-0123456789abcdef, series 3\.27\.1-[0-9a-f]{16} is needed/,
  );
  rmSync(stale, { recursive: true });
  const bridge = spawn(process.execPath, [main, '--config', config], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [bridge.stdout, bridge.stderr]) {
    stream.on('data', (text: Buffer) => (said += text.toString()));
  }
  const ended = once(bridge, 'close');
  try {
    await until(async () => {
      if (bridge.exitCode !== null) throw new Error(`the bridge ended: ${said}`);
      const health = await fetch(`http://127.0.0.1:${port}/about/health`).catch(() => undefined);
      return health?.ok === true ? undefined : 'the bridge is not healthy';
    });
  } finally {
    bridge.kill();
    await ended;
  }
  expect(bridge.exitCode).toBe(143);
}, 120_000);
