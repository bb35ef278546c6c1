import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { makeKeyStores } from '../../support/tls/key-stores.ts';
import { until } from '../../support/until.ts';

it('speaks HTTPS on both servers where they have a key store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-tls-'));
  const { p12, cert } = makeKeyStores(folder);
  const bridge = await BridgeProcess.spawn({
    config: `
videobridge.http-servers {
  private { tls-port = \${videobridge.http-servers.private.port}, key-store-path = "${p12}", key-store-password = changeit }
  public { tls-port = \${videobridge.http-servers.public.port}, key-store-path = "${p12}", key-store-password = changeit }
}`,
  });
  const status = (url: string, path: string) =>
    new Promise<number | string>((resolve) => {
      get(`${url.replace('http:', 'https:')}${path}`, { ca: cert }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      }).on('error', ({ message }) => resolve(message));
    });
  try {
    await until(async () => {
      const health = await status(bridge.restUrl, '/about/health');
      return health === 200 ? undefined : `no health over HTTPS: ${health}`;
    });
    expect(await status(bridge.publicUrl, '/')).toBe(404);
  } finally {
    expect(await bridge.stop()).toBe(143);
    rmSync(folder, { recursive: true });
  }
});
