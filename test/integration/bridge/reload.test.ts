import { appendFileSync, chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { until } from '../../support/until.ts';

let bridge: BridgeProcess | undefined;
afterEach(async () => {
  bridge?.signal('SIGKILL');
  await bridge?.ended;
});

const messages = ({ log }: BridgeProcess) => log.map(({ msg }) => String(msg));

async function reload(running: BridgeProcess, said: string): Promise<void> {
  running.signal('SIGHUP');
  await until(() =>
    messages(running).some((message) => message.includes(said)) ? undefined : `not said: ${said}`,
  );
}

it('lives through a SIGHUP that comes before it is up, and obeys it then', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-reload-'));
  const [worker, asked, goOn] = ['worker', 'asked', 'go-on'].map((name) => join(folder, name));
  const wait = `[ "$1" = --series ] && { touch ${asked}; while [ ! -e ${goOn} ]; do sleep 0.1; done; }`;
  writeFileSync(worker!, `#!/bin/sh\n${wait}\nexec ${resolve('bin/mediasoup-worker')} "$@"\n`);
  chmodSync(worker!, 0o755);
  bridge = await BridgeProcess.spawn({ config: `trestle.worker.binary = "${worker}"` });
  await until(() => (existsSync(asked!) ? undefined : 'it has not asked for the worker yet'));
  bridge.signal('SIGHUP');
  writeFileSync(goOn!, '');
  const { log } = bridge;
  await until(() => {
    const said = log.some(({ msg }) => String(msg).includes('configuration read anew'));
    return said ? undefined : 'the configuration was not read anew';
  });
  expect(await bridge.stop()).toBe(143);
  rmSync(folder, { recursive: true });
});

it('takes up on SIGHUP what can change, says what waits, and keeps everything when the file is broken', async () => {
  bridge = await BridgeProcess.start();
  const statistics = async () =>
    (await (await fetch(`${bridge?.restUrl ?? ''}/colibri/stats`)).json()) as Record<
      string,
      unknown
    >;
  expect(await statistics()).not.toHaveProperty('release');

  appendFileSync(
    bridge.configFile,
    'videobridge { version.release = "blue", health.require-valid-address = true, rest.version.enabled = false }\n',
  );
  await reload(bridge, 'configuration read anew');
  expect(await statistics()).toMatchObject({ release: 'blue' });
  await until(async () => {
    const health = await fetch(`${bridge?.restUrl ?? ''}/about/health`);
    return health.status === 500 ? undefined : 'the bridge on loopback is still healthy';
  });
  expect(bridge.log).toContainEqual(
    expect.objectContaining({
      key: 'videobridge.rest.version.enabled',
      msg: 'SIGHUP: changed in the files, counts from the next start',
    }),
  );
  expect((await fetch(`${bridge.restUrl}/about/version`)).status).toBe(200);

  appendFileSync(bridge.configFile, 'videobridge.version.release = "green"\nvideobridge {\n');
  await reload(bridge, 'nothing was taken up');
  expect(await statistics()).toMatchObject({ release: 'blue' });
  expect(await bridge.stop()).toBe(143);
});
