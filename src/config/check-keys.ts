import { closestKey } from './closest-key.ts';
import type { Findings } from './findings.ts';
import { formatPath } from './hocon/path.ts';
import type { HoconObject, HoconValue } from './hocon/value.ts';
import { aliasNames } from './legacy/hocon-aliases.ts';
import { removedKeys } from './legacy/removed-keys.ts';
import { settings } from './settings/settings.ts';

const known = new Set([...Object.keys(settings), ...aliasNames, ...removedKeys.keys()]);

/** Every object on the way to a known key. */
const blocks = new Set([...known].flatMap(ancestors));

/** Tells of keys nobody reads, and of placeholders that stand in quotes and so are plain text. */
export function checkKeys(own: HoconObject, findings: Findings): void {
  for (const [key, value] of own.fields) visit(formatPath([key]), value, findings);
}

function visit(path: string, value: HoconValue, findings: Findings): void {
  if (path === 'org') {
    visitOrg(value, findings);
    return;
  }
  const removed = removedKeys.get(path);
  if (removed) {
    findings.add({ ...removed, code: 'removed-key', key: path, origin: value.origin });
    return;
  }
  if (known.has(path)) {
    findPlaceholders(path, value, findings);
    return;
  }
  if (!blocks.has(path)) {
    reportUnknown(path, value, findings);
    return;
  }
  if (value.kind === 'object') {
    for (const [key, field] of value.fields) visit(`${path}.${formatPath([key])}`, field, findings);
  } else if (value.kind !== 'null') {
    const message = 'expected an object with settings: { … }';
    findings.fail({ key: path, origin: value.origin, message });
  }
}

/** ice4j reads its old property names from this file; the bridge never read its own from here. */
function visitOrg(org: HoconValue, findings: Findings): void {
  if (org.kind !== 'object') return;
  for (const [name, value] of org.fields) {
    if (name === 'ice4j') continue;
    findings.add({
      level: 'warn',
      code: 'ineffective',
      key: `org.${name}`,
      message: 'these properties are read from sip-communicator.properties, never from this file',
      origin: value.origin,
    });
  }
}

function reportUnknown(path: string, value: HoconValue, findings: Findings): void {
  const closest = closestKey(path, known);
  const hint = closest === undefined ? '' : `; did you mean ${closest}?`;
  findings.add({
    level: 'warn',
    code: 'unknown-key',
    key: path,
    message: `nobody reads this key${hint}`,
    origin: value.origin,
  });
}

function findPlaceholders(path: string, value: HoconValue, findings: Findings): void {
  switch (value.kind) {
    case 'object':
      for (const [key, field] of value.fields) findPlaceholders(`${path}.${key}`, field, findings);
      return;
    case 'array':
      for (const item of value.items) findPlaceholders(path, item, findings);
      return;
    case 'string':
      if (!value.quoted || !/\$\{[^}]*\}/.test(value.value)) return;
      findings.add({
        level: 'warn',
        code: 'literal-placeholder',
        key: path,
        message: '${…} in quotes is plain text; write it outside the quotes to have it replaced',
        origin: value.origin,
      });
      return;
    default:
  }
}

function ancestors(key: string): string[] {
  const parts = key.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}
