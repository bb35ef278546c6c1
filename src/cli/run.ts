import { type Logger, pino } from 'pino';
import { Bridge } from '../bridge.ts';
import { bridgeAddresses } from '../config/bridge-addresses.ts';
import { formatWarning } from '../config/findings.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { ListenError } from '../io/http/listen.ts';
import { MediaStartError } from '../io/media/media-options.ts';
import { buildWorker, findWorker, neededSeries, WorkerBuildError } from './build-worker.ts';
import { type Command, exitCodes, type Invocation } from './command.ts';
import { GatedLog } from './gated-log.ts';
import { jvbLogLine } from './jvb-log-line.ts';
import { readConfig } from './read-config.ts';
import { reloadConfig } from './reload-config.ts';

/** 128 + the number of the signal. */
const signals = { SIGTERM: 143, SIGINT: 130 } as const;

type Ending = { readonly code: number; readonly reason: string };

/** The bridge itself, from start to exit. */
export const run: Command = {
  summary: 'run the bridge; the command that is meant when none is given',
  run: async (invocation) => {
    const loaded = readConfig(invocation);
    if (!loaded) return exitCodes.configuration;
    const log = createLog(loaded.config.log.format);
    process.on('uncaughtException', (error) => process.exit(fatal(error, log)));
    try {
      return await runBridge(loaded, invocation, log);
    } catch (error) {
      return fatal(error, log);
    }
  },
};

async function runBridge(
  loaded: LoadedConfig,
  invocation: Invocation,
  pinoLog: Logger,
): Promise<number> {
  const { config, warnings } = loaded;
  // The very object that reloading writes to.
  const log = new GatedLog(pinoLog, config.log);
  const { version } = invocation;
  // Until there is something to reload: a SIGHUP that nobody hears would end the process.
  let reloadAsked = false as boolean;
  let reload = () => void (reloadAsked = true);
  process.on('SIGHUP', () => reload());
  const addresses = await bridgeAddresses(config.ice);
  for (const warning of [...warnings, ...addresses.warnings]) {
    const { level, code, key } = warning;
    log[level === 'ignore' ? 'debug' : level]({ code, key }, formatWarning(warning));
  }
  let end: (ending: Ending) => void = () => undefined;
  const ending = new Promise<Ending>((resolve) => (end = resolve));
  const bridge = await Bridge.start({
    config,
    addresses,
    version,
    workerBin: (await findWorker(config.worker.binary)) ?? (await buildWorker()),
    workerSeries: await neededSeries(),
    log,
    onShutDown: () => end({ code: exitCodes.done, reason: 'shut down as asked' }),
  });
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => end({ code, reason: `stopped by ${signal}` }));
  }
  let running = loaded;
  reload = () => void (running = reloadConfig({ running, invocation, bridge, log }));
  log.info({ version }, 'the bridge is running');
  if (reloadAsked) reload();
  const { code, reason } = await ending;
  log.info({ code }, reason);
  await bridge.close();
  return code;
}

/** Every level: what is let through is for `GatedLog` to say. */
function createLog(format: 'json' | 'jvb'): Logger {
  const options = { level: 'debug', base: null };
  if (format === 'json') return pino(options);
  return pino(options, {
    write: (line: string) => void process.stdout.write(`${jvbLogLine(line)}\n`),
  });
}

/** What an operator caused gets one line; anything else is a bug and shows where it came from. */
function fatal(error: unknown, log: Logger): number {
  const expected =
    error instanceof MediaStartError ||
    error instanceof ListenError ||
    error instanceof WorkerBuildError;
  if (expected) log.fatal(error.message);
  else log.fatal({ err: error }, 'the bridge cannot go on');
  return exitCodes.fatal;
}
