import { appendFileSync } from 'node:fs';
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
