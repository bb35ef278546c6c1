import type { ConfigWarning } from '../../../src/config/findings.ts';
import { loadConfig, type LoadedConfig } from '../../../src/config/load-config.ts';

/** Any key store is one of JDK 8. */
const oldKeyStore = Buffer.from('feedfeed', 'hex');

type Files = Readonly<Record<string, string>>;

/** Loads a configuration from files in memory; `conf` is /etc/b/jvb.conf. */
export function load(conf: string, files: Files = {}, argv: readonly string[] = []) {
  return loadFiles({ '/etc/b/jvb.conf': conf, ...files }, ['--config', '/etc/b/jvb.conf', ...argv]);
}

export function loadFiles(files: Files, argv: readonly string[], env: Files = {}) {
  return loadConfig({ argv, env, readFile: (path) => files[path], readBytes: () => oldKeyStore });
}

/** @throws ConfigError */
export function loaded(...input: Parameters<typeof load>): LoadedConfig {
  const result = load(...input);
  if (!result.ok) throw result.error;
  return result.value;
}

/** The message of a configuration that must not load. */
export function failure(...input: Parameters<typeof load>): string {
  const result = load(...input);
  if (result.ok) throw new Error('the configuration was accepted');
  return result.error.message;
}

/** Warnings as `level code key`. */
export function told(warnings: readonly ConfigWarning[]): string[] {
  return warnings.map(({ level, code, key }) => `${level} ${code} ${key}`);
}
