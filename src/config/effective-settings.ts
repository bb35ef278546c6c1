import type { Findings } from './findings.ts';
import type { Origin } from './hocon/origin.ts';
import { scalarText, valueAt, type HoconObject, type HoconValue } from './hocon/value.ts';
import { defaultOrigin, literalValue } from './literal-value.ts';
import type { Reading } from './reader.ts';
import type { Setting } from './setting.ts';
import { settings, type SettingKey, type SettingValue } from './settings/settings.ts';

/** All settings, read and converted. */
export class EffectiveSettings {
  readonly #values = new Map<string, unknown>();
  readonly #origins = new Map<string, Origin>();
  readonly #set = new Set<string>();

  /** Reads every known key of `tree`, the files over the defaults; what is wrong goes to `findings`. */
  constructor(tree: HoconObject, findings: Findings) {
    for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
      const value = present(valueAt(tree, key.split('.')));
      if (!value) continue;
      const byOperator = value.origin.file !== defaultOrigin.file;
      if (byOperator) this.#set.add(key);
      this.#origins.set(key, value.origin);
      const reading = setting.reader.read(value);
      if (reading.ok) this.#values.set(key, reading.value);
      report({ key, setting, value, reading, findings });
    }
  }

  get<K extends SettingKey>(key: K): SettingValue<K> {
    return this.#values.get(key) as SettingValue<K>;
  }

  /** Whether any file, flag or property sets the key. */
  isSet(key: SettingKey): boolean {
    return this.#set.has(key);
  }

  origin(key: SettingKey): Origin | undefined {
    return this.#origins.get(key);
  }

  get origins(): ReadonlyMap<string, Origin> {
    return this.#origins;
  }
}

type Read = {
  readonly key: string;
  readonly setting: Setting<unknown>;
  readonly value: HoconValue;
  readonly reading: Reading<unknown>;
  readonly findings: Findings;
};

function report({ key, setting, value, reading, findings }: Read): void {
  const { origin } = value;
  if (!reading.ok) {
    const expected = reading.expected ?? setting.reader.expected;
    const at = { key, origin: reading.origin ?? origin };
    const message = `expected ${expected}; found ${describeValue(value)}`;
    if (setting.treatment === 'obeyed' || setting.treatment === 'approximated') {
      findings.fail({ ...at, message });
    } else {
      findings.add({
        ...at,
        level: 'warn',
        code: 'wrong-type',
        message: `${message}; it is not used`,
      });
    }
    return;
  }
  if (reading.tolerated !== undefined) {
    findings.add({ level: 'warn', code: 'tolerated', key, message: reading.tolerated, origin });
  }
  if (origin.file === defaultOrigin.file) return;
  const reason = setting.reason ?? '';
  if (setting.treatment === 'ignored') {
    findings.add({ level: 'ignore', code: 'no-equivalent', key, message: reason, origin });
  }
  if (setting.treatment === 'unsupported' && asksForMore(setting, reading.value)) {
    findings.add({ level: 'warn', code: 'unsupported', key, message: reason, origin });
  }
}

/** Whether a value differs from the default, compared as read. */
function asksForMore(setting: Setting<unknown>, value: unknown): boolean {
  if (setting.default === undefined) return true;
  const standard = setting.reader.read(literalValue(setting.default));
  return !standard.ok || JSON.stringify(standard.value) !== JSON.stringify(value);
}

function describeValue(value: HoconValue): string {
  if (value.kind === 'array') return 'a list';
  if (value.kind === 'object') return 'an object';
  return JSON.stringify(scalarText(value).slice(0, 60));
}

function present(value: HoconValue | undefined): HoconValue | undefined {
  return value?.kind === 'null' ? undefined : value;
}
