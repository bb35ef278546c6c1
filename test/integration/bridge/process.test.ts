import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BridgeProcess, type BridgeProcessOptions } from '../../support/bridge/bridge-process.ts';
import { until } from '../../support/until.ts';

const running: BridgeProcess[] = [];
afterEach(async () => {
  for (const bridge of running.splice(0)) {
    bridge.signal('SIGKILL');
    await bridge.ended;
  }
});

async function start(options: BridgeProcessOptions = {}): Promise<BridgeProcess> {
  const bridge = await BridgeProcess.start(options);
  running.push(bridge);
  return bridge;
}

/** Starts a bridge that is not expected to live. */
async function startInVain(options: BridgeProcessOptions): Promise<BridgeProcess> {
  const bridge = await BridgeProcess.spawn(options);
  running.push(bridge);
  return bridge;
}

const folder = mkdtempSync(join(tmpdir(), 'trestle-worker-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A worker that runs a line of shell first. */
function wrapWorker(line: string): string {
  const path = join(folder, 'worker');
  writeFileSync(path, `#!/bin/sh\n${line}\nexec ${resolve('bin/mediasoup-worker')} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What may be connected to the private port when a bridge ends; nothing of it ends by itself. */
async function connectInEveryWay({ restUrl }: BridgeProcess): Promise<void> {
  await fetch(`${restUrl}/dashboard/live`);
  const head = 'POST /colibri/shutdown HTTP/1.1\r\nHost: bridge\r\n';
  for (const text of ['', head, `${head}Content-Length: 100\r\n\r\n{`]) {
    const socket = connect(Number(new URL(restUrl).port), '127.0.0.1');
    socket.on('error', () => undefined); // the bridge may reset it
    await once(socket, 'connect');
    socket.write(text);
  }
}

const lastMessage = ({ log }: BridgeProcess) => log.at(-1)?.['msg'];

const post = (bridge: BridgeProcess, path: string, body: unknown) =>
  fetch(`${bridge.restUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('a process that was stopped for a while', () => {
  const stoppedMs = 5000; // longer than max-check-duration

  it('is healthy when it is back, for whoever asked meanwhile, too', async () => {
    const bridge = await start();
    bridge.signal('SIGSTOP');
    const asked = fetch(`${bridge.restUrl}/about/health`);
    setTimeout(() => bridge.signal('SIGCONT'), stoppedMs);
    const answer = await asked;
    expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
    expect((await fetch(`${bridge.restUrl}/about/health`)).status).toBe(200);
  });
});

describe('ends as operators expect', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('with 128 + the number of %s, and leaves no worker behind', async (signal, code) => {
    const bridge = await start();
    const workers = bridge.workerPids();
    expect(workers).toHaveLength(availableParallelism());
    await connectInEveryWay(bridge);
    bridge.signal(signal);
    expect(await bridge.ended).toBe(code);
    await until(() => (workers.some(isAlive) ? 'a worker outlives its bridge' : undefined));
  });

  it('with 0 after a shutdown by REST', async () => {
    const config =
      'videobridge { rest.shutdown.enabled = true, shutdown.shutting-down-delay = 0s }';
    const bridge = await start({ config });
    await connectInEveryWay(bridge);
    const reply = await post(bridge, '/colibri/shutdown', { 'graceful-shutdown': 'true' });
    expect(reply.status).toBe(200);
    expect(await bridge.ended).toBe(0);
  });
});

describe('does not start, and says in one line what to do', () => {
  it('when the UDP port is in use', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const bridge = await startInVain({ config: `videobridge.ice.udp.port = ${port}` });
    expect(await bridge.ended).toBe(1);
    socket.close();
    expect(lastMessage(bridge)).toMatch(new RegExp(`UDP.*${port}.*in use`));
    expect(bridge.log.at(-1)).not.toHaveProperty('err');
  });

  it('when the private HTTP port is in use', async () => {
    const first = await start();
    const { port } = new URL(first.restUrl);
    const config = `videobridge.http-servers.private.port = ${port}`;
    const second = await startInVain({ config });
    expect(await second.ended).toBe(1);
    expect(lastMessage(second)).toMatch(`private HTTP port 127.0.0.1:${port} is in use`);
    expect(second.log.at(-1)).not.toHaveProperty('err');
  });

  it('when the worker is missing', async () => {
    const bridge = await startInVain({ config: 'trestle.worker.binary = "/nowhere/worker"' });
    expect(await bridge.ended).toBe(1);
    expect(lastMessage(bridge)).toMatch('/nowhere/worker');
  });

  it.each(['environment', 'configuration'])(
    'when the worker that the %s names is of another series',
    async (where) => {
      const worker = wrapWorker('[ "$1" = --series ] && exec echo 3.27.1-0123456789abcdef');
      const bridge = await startInVain(
        where === 'environment'
          ? { env: { MEDIASOUP_WORKER_BIN: worker } }
          : { config: `trestle.worker.binary = "${worker}"` },
      );
      expect(await bridge.ended).toBe(1);
      const series = readFileSync('dist/worker-series', 'utf8').trim();
      expect(lastMessage(bridge)).toMatch(
        `${worker} was built from series 3.27.1-0123456789abcdef`,
      );
      expect(lastMessage(bridge)).toMatch(`needs series ${series}: run "make build"`);
      expect(bridge.log.at(-1)).not.toHaveProperty('err');
    },
  );

  it.each([
    ['a wrong type', 'videobridge.ice.udp.port = ten', 'videobridge.ice.udp.port'],
    ['broken syntax', 'videobridge { ', 'jvb.conf'],
  ])('with 78 after %s', async (_name, config, named) => {
    const bridge = await startInVain({ config });
    expect(await bridge.ended).toBe(78);
    expect(bridge.stderr).toContain(named);
    expect(bridge.stderr).toMatch(/:\d+/);
    expect(bridge.stderr).not.toContain('    at ');
  });
});

it('warns of a key it does not know, naming the nearest', async () => {
  const bridge = await start({ config: 'videobridge.cc.jvb-lastn = 5' });
  const warning = bridge.log.find(({ key }) => key === 'videobridge.cc.jvb-lastn');
  expect(warning).toMatchObject({ level: 40 });
  expect(String(warning?.['msg'])).toContain('jvb-last-n');
});

const createConference = (bridge: BridgeProcess, meetingId: string) =>
  post(bridge, '/colibri/v2/conferences', {
    'meeting-id': meetingId,
    create: true,
    endpoints: [
      {
        id: 'abcdef01',
        create: true,
        medias: [{ type: 'audio', 'payload-types': [{ id: 111, name: 'opus', clockrate: 48000 }] }],
        transport: { 'ice-controlling': true },
        capabilities: ['source-names'],
      },
    ],
  });

it('survives a worker: its conferences go on, unless the next one dies as well', async () => {
  const bridge = await start({ config: 'trestle.workers = 1' });
  const create = (meetingId: string) => createConference(bridge, meetingId);
  expect((await create('before')).status).toBe(200);
  const patch = () =>
    fetch(`${bridge.restUrl}/colibri/v2/conferences/before`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoints: [{ id: 'abcdef01', sources: [] }] }),
    });
  const killWorker = async () => {
    const [worker] = bridge.workerPids();
    process.kill(worker ?? 0, 'SIGKILL');
    await until(() => {
      const [successor] = bridge.workerPids();
      return successor !== undefined && successor !== worker ? undefined : 'no new worker';
    });
  };
  await killWorker();
  const died = bridge.log.find(({ msg }) => String(msg).includes('worker died'));
  expect(died).toMatchObject({ level: 50 });
  expect(died).toHaveProperty('reason');
  expect((await patch()).status).toBe(200);
  await until(() =>
    bridge.log.some(({ msg }) => String(msg).includes('calls go on')) ? undefined : 'not yet',
  );
  await killWorker();
  expect((await patch()).status).toBe(404);
  expect((await create('after')).status).toBe(200);
  const stats = (await (await fetch(`${bridge.restUrl}/metrics`)).text()).split('\n');
  expect(stats).toContain('trestle_workers_died_total 2');
  expect(stats).toContain('trestle_conferences_lost_total 1');
});

it('tries on, less and less often, where no worker lives, is unhealthy meanwhile and recovers', async () => {
  const broken = join(folder, 'broken');
  const worker = wrapWorker(`[ "$1" != --series ] && [ -e ${broken} ] && exit 1`);
  const config = `trestle { workers = 1, worker.binary = "${worker}" }`;
  const bridge = await start({ config });
  const health = async () => {
    const reply = await fetch(`${bridge.restUrl}/about/health`);
    return { status: reply.status, text: await reply.text() };
  };
  writeFileSync(broken, '');
  process.kill(bridge.workerPids()[0] ?? 0, 'SIGKILL');
  const tooEarly = createConference(bridge, 'too-early');
  const failures = () => bridge.log.filter(({ msg }) => msg === 'media worker did not come back');
  await until(() => (failures().length >= 4 ? undefined : `${failures().length} tries`));
  const times = failures().map(({ time }) => Number(time));
  const pauses = times.slice(1, 4).map((time, place) => time - times[place]!);
  for (const [place, pause] of pauses.entries()) expect(pause).toBeGreaterThan(190 * 2 ** place);
  await until(async () => {
    const { status, text } = await health();
    return status === 500 && text.includes('no media worker') ? undefined : `${status} ${text}`;
  });
  // It waited for a worker, but not for ever.
  expect(await (await tooEarly).text()).toContain('No media worker');
  const inTime = createConference(bridge, 'in-time');
  rmSync(broken);
  await until(async () => ((await health()).status === 200 ? undefined : 'still unhealthy'));
  expect(bridge.workerPids()).toHaveLength(1);
  expect((await inTime).status).toBe(200);
});

it('writes its log as a JVB does where that is asked for', async () => {
  const bridge = await start({ config: 'trestle.log.format = jvb' });
  await bridge.stop();
  const lines = bridge.log.map(({ notJson }) => String(notJson));
  expect(lines.length).toBeGreaterThan(2);
  // operations.md §8.1
  const outline = /^JVB \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (INFO|WARNING|SEVERE): \[\d+\] /;
  expect(lines.filter((line) => !outline.test(line))).toEqual([]);
});

it('takes its workers along when it is killed', async () => {
  const bridge = await start();
  const workers = bridge.workerPids();
  expect(workers.length).toBeGreaterThan(0);
  bridge.signal('SIGKILL');
  await bridge.ended;
  await until(() => (workers.some(isAlive) ? 'a worker outlives its bridge' : undefined));
});

it('writes no secret of its configuration to the log', async () => {
  const bridge = await start({
    config: `videobridge.apis.xmpp-client.configs.a {
      hostname = 127.0.0.1, port = 9, domain = auth.test, username = jvb, password = "do-not-show-me"
      muc_jids = "brewery@muc.test", muc_nickname = a }`,
  });
  const debug = await (await fetch(`${bridge.restUrl}/debug?full=true`)).text();
  await bridge.stop();
  const everything = JSON.stringify(bridge.log) + bridge.stderr + debug;
  expect(everything).toContain('no XMPP connection');
  expect(everything).not.toContain('do-not-show-me');
});
