import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseDurationMs } from '../config/hocon/duration.ts';
import { type Command, exitCodes, type Invocation } from './command.ts';
import { PrivateRest, RestError } from './private-rest.ts';
import { readConfig } from './read-config.ts';

const options = {
  wait: { type: 'boolean', default: false },
  deadline: { type: 'string' },
  off: { type: 'boolean', default: false },
  stop: { type: 'boolean', default: false },
  url: { type: 'string' },
  interval: { type: 'string', default: '5s' },
} as const;

const usage =
  'usage: trestle drain [--stop] [--wait [--deadline 2h] [--interval 5s]] [--url http://127.0.0.1:8080]\n' +
  '       trestle drain --off\n' +
  '  drains: Jicofo places new conferences elsewhere, those here go on\n' +
  '  --stop      refuses new conferences, and the bridge exits when the last endpoint has left\n' +
  '  --wait      until no endpoint is left; with --stop until the bridge has gone\n' +
  '  --deadline  gives up after that long with exit code 75; the bridge stays as it is\n' +
  '  --off       ends draining\n' +
  'Without --url the address is that of the configuration (--config FILE and the like are taken).';

type Wishes = {
  readonly wait: boolean;
  readonly off: boolean;
  readonly stop: boolean;
  readonly url: string | undefined;
  readonly deadlineMs: number;
  readonly intervalMs: number;
};

/** Takes a running bridge out of service without hurting a call. */
export const drain: Command = {
  summary: 'drain a running bridge; --wait for the last call, --stop it after that, --off',
  run: async (invocation) => {
    const wishes = readWishes(invocation);
    if (typeof wishes === 'number') return wishes;
    const url = wishes.url ?? configuredUrl(invocation);
    if (url === undefined) return exitCodes.configuration;
    try {
      return await carryOut(wishes, new PrivateRest(url), invocation);
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      invocation.complain(`trestle: ${error.message}`);
      return exitCodes.fatal;
    }
  },
};

/** The wishes, or the exit code of a command line that makes no sense. */
function readWishes({ argv, print, complain }: Invocation): Wishes | number {
  if (argv.includes('--help')) {
    print(usage);
    return exitCodes.done;
  }
  // Flags of the configuration are read by those who know them.
  const { values } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true });
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const deadline = text(values.deadline);
  const deadlineMs = deadline === undefined ? Infinity : parseDurationMs(deadline);
  const intervalMs = parseDurationMs(text(values.interval) ?? '');
  const wait = values.wait === true || deadline !== undefined;
  const [off, stop] = [values.off === true, values.stop === true];
  if (deadlineMs === undefined || intervalMs === undefined || (off && (wait || stop))) {
    complain(usage);
    return exitCodes.usage;
  }
  return { wait, off, stop, url: text(values.url), deadlineMs, intervalMs };
}

function configuredUrl(invocation: Invocation): string | undefined {
  const own = new Set(Object.keys(options).map((name) => `--${name}`));
  const takesValue = new Set(['--deadline', '--url', '--interval']);
  const argv = invocation.argv.filter((argument, place) => {
    const before = invocation.argv[place - 1] ?? '';
    return !own.has(argument.split('=', 1)[0] ?? '') && !takesValue.has(before);
  });
  const loaded = readConfig({ ...invocation, argv });
  const server = loaded?.config.http.private;
  if (loaded && !server) invocation.complain('trestle: the private HTTP server is switched off');
  if (!server) return undefined;
  const { host = '127.0.0.1', port } = server;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function carryOut(
  wishes: Wishes,
  rest: PrivateRest,
  invocation: Invocation,
): Promise<number> {
  const { print } = invocation;
  if (wishes.off) {
    await rest.post('/colibri/drain/disable', 'videobridge.rest.drain.enabled');
    print('draining is off: the bridge takes conferences again');
    return exitCodes.done;
  }
  if (wishes.stop) {
    const keys = 'videobridge.apis.rest.enabled and videobridge.rest.shutdown.enabled';
    await rest.post('/colibri/shutdown', keys, { 'graceful-shutdown': true });
    print('the bridge refuses new conferences and exits when the last endpoint has left');
  } else {
    await rest.post('/colibri/drain/enable', 'videobridge.rest.drain.enabled');
    print('the bridge drains: new conferences go elsewhere, those here go on');
  }
  return wishes.wait ? waitUntilEmpty(wishes, rest, invocation) : exitCodes.done;
}

async function waitUntilEmpty(
  { stop, deadlineMs, intervalMs }: Wishes,
  rest: PrivateRest,
  { print, complain }: Invocation,
): Promise<number> {
  const startedMs = performance.now();
  let said = '';
  for (;;) {
    const load = await rest.load();
    const sinceMs = performance.now() - startedMs;
    if (load === undefined) {
      print(`the bridge is gone (after ${spanText(sinceMs)})`);
      // Only who asked for it to end may take its end for success.
      return stop ? exitCodes.done : exitCodes.fatal;
    }
    const { endpoints, conferences } = load;
    if (endpoints === 0 && !stop) {
      print(`no endpoint is left (after ${spanText(sinceMs)})`);
      return exitCodes.done;
    }
    const now = `${endpoints} endpoints in ${conferences} conferences`;
    if (now !== said) print(`${now} (after ${spanText(sinceMs)})`);
    said = now;
    if (sinceMs + intervalMs > deadlineMs) {
      complain(`trestle: the deadline has passed with ${now}; they go on`);
      return exitCodes.tryAgain;
    }
    await pause(intervalMs);
  }
}

function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
