import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { Bridge } from '../bridge.ts';
import { bridgeAddresses } from '../config/bridge-addresses.ts';
import { readFileIfThere } from '../config/files.ts';
import { formatWarning } from '../config/findings.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import { ListenError } from '../io/http/listen.ts';
import { MediaStartError } from '../io/media/media-options.ts';
import { type Command, exitCodes, type Invocation } from './command.ts';

/** 128 + the number of the signal. */
const signals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** `make build` and the packages put the worker there; both can be overridden. */
const ownWorker = fileURLToPath(new URL('../../bin/mediasoup-worker', import.meta.url));

type Ending = { readonly code: number; readonly reason: string };

/** The bridge itself, from start to exit. */
export const run: Command = {
  summary: 'run the bridge; the command that is meant when none is given',
  run: async (invocation) => {
    const { argv, env, complain } = invocation;
    const loaded = loadConfig({ argv, env, readFile: readFileIfThere });
    if (!loaded.ok) {
      complain(`trestle: ${loaded.error.message}`);
      return exitCodes.configuration;
    }
    const log = pino({ level: loaded.value.config.log.level, base: null });
    process.on('uncaughtException', (error) => process.exit(fatal(error, log)));
    try {
      return await runBridge(loaded.value, invocation, log);
    } catch (error) {
      return fatal(error, log);
    }
  },
};

async function runBridge(
  { config, warnings }: LoadedConfig,
  { env, version }: Invocation,
  log: Logger,
): Promise<number> {
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
    workerBin: config.worker.binary ?? env['MEDIASOUP_WORKER_BIN'] ?? ownWorker,
    log,
    onShutDown: () => end({ code: exitCodes.done, reason: 'shut down as asked' }),
  });
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => end({ code, reason: `stopped by ${signal}` }));
  }
  log.info({ version }, 'the bridge is running');
  const { code, reason } = await ending;
  log.info({ code }, reason);
  await bridge.close();
  return code;
}

/** What an operator caused gets one line; anything else is a bug and shows where it came from. */
function fatal(error: unknown, log: Logger): number {
  const expected = error instanceof MediaStartError || error instanceof ListenError;
  if (expected) log.fatal(error.message);
  else log.fatal({ err: error }, 'the bridge cannot go on');
  return exitCodes.fatal;
}
