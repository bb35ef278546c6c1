import type { BridgeSnapshot } from './bridge-snapshot.ts';
import { metricTable } from './metric-table.ts';

type JsonValue = number | boolean | string;

/** The flat object of `GET /colibri/stats`, JVB's keys and types (operations.md §3.5). */
export function toJson(snapshot: BridgeSnapshot): Readonly<Record<string, JsonValue>> {
  const json: Record<string, JsonValue> = {};
  for (const { key, read, readJson = read } of metricTable) {
    if (key === undefined) continue;
    const value = readJson(snapshot);
    if (value !== undefined) json[key] = value;
  }
  return json;
}

/** One `<stat/>` of the bridge's presence. */
export type PresenceStat = { readonly name: string; readonly value: string };

/** The same figures as text; with a whitelist only those on it (`stats-filter`). */
export function toPresence(
  snapshot: BridgeSnapshot,
  whitelist?: ReadonlySet<string>,
): readonly PresenceStat[] {
  return Object.entries(toJson(snapshot))
    .filter(([name]) => whitelist?.has(name) ?? true)
    .map(([name, value]) => ({ name, value: String(value) }));
}
