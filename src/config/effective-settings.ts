import { Findings } from './findings.ts';
import type { Origin } from './hocon/origin.ts';
import { scalarText, valueAt, type HoconObject, type HoconValue } from './hocon/value.ts';
import { defaultOrigin, literalValue, treeOf } from './literal-value.ts';
import type { Reading } from './reader.ts';
import type { Setting } from './setting.ts';
import { settings, type SettingKey, type SettingValue } from './settings/settings.ts';

/** One setting as it came out. */
export type EffectiveSetting = {
  /** As written, before conversion. */
  readonly source: HoconValue;
  /** The name the operator used: the key, an old key or a property. */
  readonly written: string;
  readonly value: unknown;
};

/** All settings, read and converted. */
export class EffectiveSettings {
  readonly #settings = new Map<string, EffectiveSetting>();

  /**
   * Reads every known key of `tree`; what is wrong goes to `findings`.
   * @param tree the files over the defaults
   * @param names under which keys were written, where it is not the key itself
   */
  constructor(tree: HoconObject, names: ReadonlyMap<string, string>, findings: Findings) {
    for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
      const source = present(valueAt(tree, key.split('.'))) ?? fallback(setting);
      if (!source) continue;
      const written = names.get(key) ?? key;
      const reading = setting.reader.read(source);
      report({ written, setting, source, reading, findings });
      if (reading.ok) this.#settings.set(key, { source, written, value: reading.value });
      else if (setting.default !== undefined) this.#useDefault(key, setting);
    }
  }

  /** Those of `next` whose key passes, the others as they are here. */
  taking(next: EffectiveSettings, passes: (key: string) => boolean): EffectiveSettings {
    const merged = new EffectiveSettings(emptyTree, new Map(), new Findings());
    merged.#settings.clear();
    for (const key of Object.keys(settings)) {
      const setting = (passes(key) ? next : this).#settings.get(key);
      if (setting) merged.#settings.set(key, setting);
    }
    return merged;
  }

  get<K extends SettingKey>(key: K): SettingValue<K> {
    return this.#settings.get(key)?.value as SettingValue<K>;
  }

  /** Whether any file, flag or property sets the key. */
  isSet(key: SettingKey): boolean {
    const origin = this.origin(key);
    return origin !== undefined && origin.file !== defaultOrigin.file;
  }

  origin(key: SettingKey): Origin | undefined {
    return this.#settings.get(key)?.source.origin;
  }

  /** The name under which the key was written. */
  written(key: SettingKey): string {
    return this.#settings.get(key)?.written ?? key;
  }

  /** By key; those without value and default are not in it. */
  all(): ReadonlyMap<string, EffectiveSetting> {
    return this.#settings;
  }

  #useDefault(key: string, setting: Setting<unknown>): void {
    const source = fallback(setting);
    const reading = source && setting.reader.read(source);
    if (source && reading?.ok)
      this.#settings.set(key, { source, written: key, value: reading.value });
  }
}

const emptyTree = treeOf([]);

function fallback(setting: Setting<unknown>): HoconValue | undefined {
  return setting.default === undefined ? undefined : literalValue(setting.default);
}

function present(value: HoconValue | undefined): HoconValue | undefined {
  return value?.kind === 'null' ? undefined : value;
}

type Read = {
  readonly written: string;
  readonly setting: Setting<unknown>;
  readonly source: HoconValue;
  readonly reading: Reading<unknown>;
  readonly findings: Findings;
};

function report({ written: key, setting, source, reading, findings }: Read): void {
  const { origin } = source;
  if (!reading.ok) {
    const expected = reading.expected ?? setting.reader.expected;
    const at = { key, origin: reading.origin ?? origin };
    const message = `expected ${expected}; found ${describeValue(source)}`;
    if (setting.treatment === 'obeyed' || setting.treatment === 'approximated') {
      findings.fail({ ...at, message });
    } else {
      findings.add({ ...at, level: 'warn', code: 'wrong-type', message: `${message}; not used` });
    }
    return;
  }
  if (reading.tolerated !== undefined) {
    findings.add({ level: 'warn', code: 'tolerated', key, message: reading.tolerated, origin });
  }
  if (origin.file === defaultOrigin.file) return;
  const message = setting.reason ?? '';
  if (setting.treatment === 'ignored') {
    findings.add({ level: 'ignore', code: 'no-equivalent', key, message, origin });
  }
  if (setting.treatment === 'unsupported' && asksForMore(setting, reading.value)) {
    findings.add({ level: 'warn', code: 'unsupported', key, message, origin });
  }
}

/** Whether a value differs from the default, compared as read. */
function asksForMore(setting: Setting<unknown>, value: unknown): boolean {
  const source = fallback(setting);
  const standard = source && setting.reader.read(source);
  return !standard?.ok || JSON.stringify(standard.value) !== JSON.stringify(value);
}

function describeValue(value: HoconValue): string {
  if (value.kind === 'array') return 'a list';
  if (value.kind === 'object') return 'an object';
  return JSON.stringify(scalarText(value).slice(0, 60));
}
