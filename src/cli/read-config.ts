import { systemFiles } from '../config/files.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import type { Invocation } from './command.ts';

/** What the arguments and this machine's files say; undefined after every fault was told, a line for each. */
export function readConfig({ argv, env, complain }: Invocation): LoadedConfig | undefined {
  const loaded = loadConfig({ argv, env, ...systemFiles });
  if (loaded.ok) return loaded.value;
  for (const line of loaded.error.message.split('\n')) complain(`trestle: ${line}`);
  return undefined;
}
