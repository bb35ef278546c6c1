import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { processListeningOn } from '../../../loadtest/bridge/process-figures.ts';

it('finds who listens on a port, but not a proxy that only passes it on', async () => {
  const own = createServer().listen(0, '127.0.0.1');
  await once(own, 'listening');
  expect(processListeningOn((own.address() as AddressInfo).port)).toBe(process.pid);
  own.close();

  const program = `
    process.title = 'docker-proxy';
    const server = require('node:net').createServer();
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const proxy = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(proxy.stdout, 'data')) as [Buffer];
  expect(processListeningOn(Number(port))).toBeUndefined();
  proxy.kill();
});
