import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trestle-graceful-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The script that autoscalers call, told the process id as the unit tells it. */
function script(bridge: BridgeProcess) {
  const file = join(folder, 'pid');
  writeFileSync(file, `${bridge.pid}\n`);
  const env = { ...process.env, JVB_PID_FILE: file, GRACEFUL_SHUTDOWN_INTERVAL: '1' };
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(
      'sh',
      ['packaging/debian/graceful_shutdown.sh', '-p', '1', '-h', bridge.restUrl],
      { env },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    );
  });
}

it('graceful_shutdown.sh ends the bridge with 0 and waits for it', async () => {
  const bridge = await BridgeProcess.start({
    config: 'videobridge { rest.shutdown.enabled = true, shutdown.shutting-down-delay = 1s }',
  });
  const [{ code, said }, ended] = await Promise.all([script(bridge), bridge.ended]);
  expect(said).toContain('the bridge has ended');
  expect([code, ended]).toEqual([0, 0]);
});

it('graceful_shutdown.sh says so where shutting down is not allowed', async () => {
  const bridge = await BridgeProcess.start();
  const { code, said } = await script(bridge);
  await bridge.stop();
  expect(said).toContain('answers 404');
  expect(code).toBe(1);
});
