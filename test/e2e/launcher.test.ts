import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../demo/launcher/ports.ts';
import { launchChromium, Participant } from './support/chromium.ts';
import { pageUrl } from './support/demo-call.ts';
import { DemoProcess } from './support/demo-process.ts';
import { seesEverybody } from './support/expectations.ts';

const loopback = '127.0.0.1';

it('starts bridge and page with one command and stops both on Ctrl-C', async () => {
  const demo = await DemoProcess.start();
  const url = await demo.url();
  expect(url.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(url)).status).toBe(200);
  // As a browser has them open: one it never used, and the page's signalling.
  const silent = connect(Number(url.port), loopback);
  const signalling = new WebSocket(new URL('/signal', url).href.replace('http', 'ws'));
  await Promise.all([once(silent, 'connect'), once(signalling, 'open')]);
  for (const socket of [silent, signalling]) socket.on('error', () => undefined);
  expect(await demo.interrupt()).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

it('says which port is in use and how to choose another', async () => {
  const server = createServer().listen(0, loopback);
  await once(server, 'listening');
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const demo = await DemoProcess.start({}, '--port', port);
  expect(await demo.ended).toBe(1);
  expect(demo.errors).toContain(
    `TCP port ${port} of 127.0.0.1 is in use: stop what uses it, or choose another with PORT=`,
  );
  server.close();
});

it.each([
  ['a host that is no address', { HOST: 'localhost' }, [], 'HOST=localhost is not an IP address'],
  ['a host that is every address', { HOST: '0.0.0.0' }, [], 'choose one of 127.0.0.1'],
  ['a port that is none', {}, ['--port', '70000'], '--port must be a port number'],
  ['an unknown flag', {}, ['--fast'], "Unknown option '--fast'"],
])('refuses %s', async (_what, environment, args, message) => {
  const demo = await DemoProcess.start(environment, ...args);
  expect(await demo.ended).toBe(64);
  expect(demo.errors).toContain(message);
});

it('serves a LAN over HTTPS with a certificate of its own', async ({ skip }) => {
  const host = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (host === undefined) return skip('this machine has loopback only');
  const demo = await DemoProcess.start({ HOST: host }, '--port', `${await freePort(host)}`);
  const browser = await launchChromium('--ignore-certificate-errors');
  try {
    const url = await demo.url();
    expect(url.protocol).toBe('https:');
    const settings = { channel: 'ws' };
    const ada = await Participant.join(browser, 'Ada', pageUrl({ url }, 'lan', settings));
    const grace = await Participant.join(browser, 'Grace', pageUrl({ url }, 'lan', settings));
    await seesEverybody(ada, [grace]);
    await seesEverybody(grace, [ada]);
    expect([...ada.errors, ...grace.errors]).toEqual([]);
  } finally {
    await browser.close();
    await demo.interrupt();
  }
});
