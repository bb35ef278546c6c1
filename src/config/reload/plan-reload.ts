import { Secret } from '../../base/secret.ts';
import { buildConfig } from '../build-config.ts';
import { checkConfig } from '../check-config.ts';
import { showValue } from '../documentation/print-effective-config.ts';
import type { EffectiveSetting } from '../effective-settings.ts';
import { Findings } from '../findings.ts';
import type { LoadedConfig } from '../load-config.ts';
import type { XmppLogins } from '../read-logins.ts';
import { settings } from '../settings/settings.ts';
import { isLive } from './live-keys.ts';

/** A key whose value differs; values as written, `–` for none, never a secret. */
export type Change = { readonly key: string; readonly from: string; readonly to: string };

export type ReloadPlan = {
  /** What the bridge is to go by from now on: live keys anew, everything else as it was. */
  readonly loaded: LoadedConfig;
  readonly applied: readonly Change[];
  /** What the files say now and the next start will obey. */
  readonly waiting: readonly Change[];
};

/** What becomes of a configuration read anew while the bridge runs. Both were checked, and live keys are checked only among themselves. */
export function planReload(running: LoadedConfig, next: LoadedConfig): ReloadPlan {
  const effective = running.settings.taking(next.settings, isLive);
  const findings = new Findings();
  const built = buildConfig(effective, running, findings);
  const config = checkConfig(built, effective, findings);
  const changes = Object.keys(settings).flatMap((key) => {
    const [from, to] = [running.settings.all().get(key), next.settings.all().get(key)];
    return isSame(from?.value, to?.value) ? [] : [{ key, from: show(from), to: show(to) }];
  });
  return {
    loaded: { ...running, config, settings: effective, warnings: next.warnings },
    applied: changes.filter(({ key }) => isLive(key)),
    waiting: [
      ...changes.filter(({ key }) => !isLive(key)),
      ...changedLogins(running.logins, next.logins),
    ],
  };
}

function show(setting: EffectiveSetting | undefined): string {
  return setting ? showValue(setting) : '–';
}

function isSame(a: unknown, b: unknown): boolean {
  return comparable(a) === comparable(b);
}

/** JSON with secrets revealed: for comparing only, never kept. */
function comparable(value: unknown): string | undefined {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const original = this[key];
    if (original instanceof Secret) return original.reveal();
    return original instanceof RegExp ? original.source : shown;
  });
}

function changedLogins(running: XmppLogins, next: XmppLogins): Change[] {
  const ids = new Set([...running.clients, ...next.clients].map(({ id }) => id));
  const clients = [...ids].map((id) => ({
    key: `videobridge.apis.xmpp-client.configs.${id}`,
    before: running.clients.find((client) => client.id === id),
    after: next.clients.find((client) => client.id === id),
  }));
  const component = { key: 'component', before: running.component, after: next.component };
  return [...clients, component]
    .filter(({ before, after }) => !isSame(before, after))
    .map(({ key, before, after }) => ({
      key,
      from: before ? 'as it was' : '–',
      to: after ? 'another login' : '–',
    }));
}
