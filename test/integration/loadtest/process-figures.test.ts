import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { BridgeWatch } from '../../../loadtest/bridge/bridge-watch.ts';
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

it('finds the process that listens after the one that did is gone', async () => {
  const listen = async (port: number) => {
    const program = `
      const server = require('node:net').createServer((socket) => socket.destroy());
      server.listen(${port}, '127.0.0.1', () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, port: Number(line) };
  };
  const first = await listen(0);
  const watch = new BridgeWatch(new URL(`http://127.0.0.1:${first.port}`));
  const seen = async () => (await watch.sample()).processes.map(({ pid }) => pid);
  expect(await seen()).toEqual([first.child.pid]);
  first.child.kill();
  await once(first.child, 'exit');
  expect(await seen()).toEqual([]);
  const second = await listen(first.port);
  expect(await seen()).toEqual([second.child.pid]);
  second.child.kill();
});
