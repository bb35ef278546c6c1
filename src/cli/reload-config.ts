import type { Logger } from '../base/logger.ts';
import type { Bridge } from '../bridge.ts';
import { systemFiles } from '../config/files.ts';
import { formatWarning } from '../config/findings.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import { planReload } from '../config/reload/plan-reload.ts';
import type { Invocation } from './command.ts';

type ReloadOptions = {
  readonly running: LoadedConfig;
  /** How the bridge was started. */
  readonly invocation: Invocation;
  readonly bridge: Pick<Bridge, 'reconfigure'>;
  readonly log: Logger;
};

/**
 * Reads the files anew, takes up what can change while running and says what waits for the next start. A file with
 * a fault changes nothing.
 * @returns what counts from now on
 */
export function reloadConfig({ running, invocation, bridge, log }: ReloadOptions): LoadedConfig {
  const next = loadConfig({ ...invocation, ...systemFiles });
  if (!next.ok) {
    log.error(
      { problems: next.error.problems.length },
      `SIGHUP: nothing was taken up, the running configuration stays: ${next.error.message}`,
    );
    return running;
  }
  const { loaded, applied, waiting } = planReload(running, next.value);
  const known = new Set(running.warnings.map(formatWarning));
  for (const warning of loaded.warnings) {
    if (warning.level === 'warn' && !known.has(formatWarning(warning)))
      log.warn({ code: warning.code, key: warning.key }, formatWarning(warning));
  }
  bridge.reconfigure(loaded.config);
  for (const { key, from, to } of applied) log.info({ key, from, to }, 'SIGHUP: changed');
  for (const { key, from, to } of waiting)
    log.warn({ key, from, to }, 'SIGHUP: changed in the files, counts from the next start');
  log.info({ applied: applied.length, waiting: waiting.length }, 'SIGHUP: configuration read anew');
  return loaded;
}
