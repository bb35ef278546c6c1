import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { until } from '../../support/until.ts';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const script = fileURLToPath(new URL('../../../config/graceful_shutdown.sh', import.meta.url));
const stoppable = `videobridge { rest.shutdown.enabled = true, shutdown.shutting-down-delay = 100ms }
`;

const running: BridgeProcess[] = [];
afterEach(async () => {
  for (const bridge of running.splice(0)) {
    bridge.signal('SIGKILL');
    await bridge.ended;
  }
});

async function start(config = ''): Promise<BridgeProcess> {
  const bridge = await BridgeProcess.start({ config });
  running.push(bridge);
  return bridge;
}

/** Runs a program to its end; what it printed, and its exit code. */
function execute(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, [...args], { env: { ...process.env, ...env } });
  const run = { output: '', ended: once(child, 'close').then(([code]) => code as number) };
  const take = (text: Buffer) => (run.output += text.toString());
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return run;
}

const drain = (...args: readonly string[]) => execute(process.execPath, [main, 'drain', ...args]);

const ask = (bridge: BridgeProcess, method: string, path: string, body: object) =>
  fetch(`${bridge.restUrl}/colibri/v2/conferences${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function createConference(bridge: BridgeProcess, meeting: string): Promise<Response> {
  return ask(bridge, 'POST', '', {
    'meeting-id': meeting,
    create: true,
    endpoints: [
      { id: 'abcdef01', create: true, capabilities: ['source-names'], transport: {}, medias: [] },
    ],
  });
}

const expire = (bridge: BridgeProcess, meeting: string) =>
  ask(bridge, 'PATCH', `/${meeting}`, { expire: true });

it('drains, waits for the last endpoint with its progress, and drains no more', async () => {
  const bridge = await start();
  expect((await createConference(bridge, 'last')).status).toBe(200);
  const waiting = drain('--url', bridge.restUrl, '--wait', '--interval', '50ms');
  await until(() =>
    waiting.output.includes('1 endpoints in 1 conferences') ? undefined : waiting.output,
  );
  const draining = async () => (await fetch(`${bridge.restUrl}/colibri/drain`)).json();
  expect(await draining()).toEqual({ drain: true });
  await expire(bridge, 'last');
  expect(await waiting.ended).toBe(0);
  expect(waiting.output).toContain('no endpoint is left');
  const off = drain('--url', bridge.restUrl, '--off');
  expect(await off.ended).toBe(0);
  expect(await draining()).toEqual({ drain: false });
});

it('gives up at the deadline with 75, and leaves the call alone', async () => {
  const bridge = await start();
  await createConference(bridge, 'long');
  const waiting = drain('--url', bridge.restUrl, '--deadline', '300ms', '--interval', '50ms');
  expect(await waiting.ended).toBe(75);
  expect(waiting.output).toContain('deadline');
  expect((await expire(bridge, 'long')).status).toBe(200);
});

it('stops the bridge after the last call, refusing new ones meanwhile', async () => {
  const bridge = await start(stoppable);
  await createConference(bridge, 'last');
  const stopping = drain('--url', bridge.restUrl, '--stop', '--wait', '--interval', '50ms');
  await until(() => (stopping.output.includes('1 endpoints') ? undefined : stopping.output));
  const refused = await createConference(bridge, 'new');
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { reason: 'graceful_shutdown' },
  ]);
  await expire(bridge, 'last');
  expect(await bridge.ended).toBe(0);
  expect(await stopping.ended).toBe(0);
  expect(stopping.output).toContain('the bridge is gone');
});

it('says what to do when the bridge does not take it', async () => {
  const bridge = await start();
  const stop = drain('--url', bridge.restUrl, '--stop');
  expect(await stop.ended).toBe(1);
  expect(stop.output).toContain('videobridge.rest.shutdown.enabled');
  const nobody = drain('--url', 'http://127.0.0.1:9');
  expect(await nobody.ended).toBe(1);
  expect(nobody.output).toContain('nothing answers at http://127.0.0.1:9');
  const nonsense = drain('--deadline', 'soon');
  expect(await nonsense.ended).toBe(64);
});

it('has a script of the name and with the exit codes that autoscalers know', async () => {
  const bridge = await start(stoppable);
  await createConference(bridge, 'last');
  const shutdown = execute('sh', [script, '-h', bridge.restUrl, '-p', '1'], {
    GRACEFUL_SHUTDOWN_INTERVAL: '0.1',
  });
  await until(() => (shutdown.output.includes('1 endpoints') ? undefined : shutdown.output));
  await expire(bridge, 'last');
  expect(await bridge.ended).toBe(0);
  expect(await shutdown.ended).toBe(0);
  const gone = execute('sh', [script, '-h', bridge.restUrl]);
  expect(await gone.ended).toBe(1);
});
