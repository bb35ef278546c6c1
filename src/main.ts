#!/usr/bin/env node
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { Bridge } from './bridge.ts';
import { bridgeAddresses } from './config/bridge-addresses.ts';
import { readFileIfThere } from './config/files.ts';
import { formatWarning } from './config/findings.ts';
import { loadConfig, type LoadedConfig } from './config/load-config.ts';
import { ListenError } from './io/http/listen.ts';
import { MediaStartError } from './io/media/media-options.ts';

/** As operators' units and containers know them (operations.md §7.5). */
const exitCodes = { shutDown: 0, fatal: 1, configuration: 78 } as const;
const signals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** `make build` and the packages put the worker there; both can be overridden. */
const ownWorker = fileURLToPath(new URL('../bin/mediasoup-worker', import.meta.url));

function readConfig(): LoadedConfig {
  const { env } = process;
  const loaded = loadConfig({ argv: process.argv.slice(2), env, readFile: readFileIfThere });
  if (loaded.ok) return loaded.value;
  process.stderr.write(`trestle: ${loaded.error.message}\n`);
  process.exit(exitCodes.configuration);
}

/** What an operator caused gets one line; anything else is a bug and shows where it came from. */
function die(error: unknown, log: Logger): never {
  const expected = error instanceof MediaStartError || error instanceof ListenError;
  if (expected) log.fatal(error.message);
  else log.fatal({ err: error }, 'the bridge cannot go on');
  process.exit(exitCodes.fatal);
}

const { config, warnings } = readConfig();
const log = pino({ level: config.log.level, base: null });
process.on('uncaughtException', (error) => die(error, log));

try {
  const addresses = await bridgeAddresses(config.ice);
  for (const warning of [...warnings, ...addresses.warnings]) {
    const { level, code, key } = warning;
    log[level === 'ignore' ? 'debug' : level]({ code, key }, formatWarning(warning));
  }
  const bridge = await Bridge.start({
    config,
    addresses,
    version,
    workerBin: config.worker.binary ?? process.env['MEDIASOUP_WORKER_BIN'] ?? ownWorker,
    log,
    onShutDown: () => end(exitCodes.shutDown, 'shut down as asked'),
  });
  const end = (code: number, reason: string): void => {
    log.info({ code }, reason);
    bridge
      .close()
      .then(() => process.exit(code))
      .catch((error: unknown) => die(error, log));
  };
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => end(code, `stopped by ${signal}`));
  }
  log.info({ version }, 'the bridge is running');
} catch (error) {
  die(error, log);
}
