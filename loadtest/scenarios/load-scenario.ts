import { readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { packageRoot } from '../../demo/launcher/package-root.ts';
import { decodeScenario } from '../scenario/scenario-file.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { messageOf } from '../../src/base/message-of.ts';

/** In the order of the help. */
export const bundledNames = ['meeting', 'webinar', 'audio', 'many-rooms', 'join-storm'] as const;
export type BundledName = (typeof bundledNames)[number];

const TEXT = /^\.(?:ya?ml|json)$/;
const MODULE = /^\.[cm]?[jt]s$/;

/** A scenario file that cannot be read; the text names file, place and fault. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

export function bundledScenario(name: BundledName): Scenario {
  const file = new URL(`loadtest/scenarios/${name}.yaml`, packageRoot(import.meta.url));
  return parseScenario(`${name}.yaml`, readFileSync(file, 'utf8'));
}

/** Whether it can only be a file, not the name of a bundled scenario. */
export function isScenarioFile(text: string): boolean {
  const extension = extname(text);
  return text.includes('/') || TEXT.test(extension) || MODULE.test(extension);
}

/**
 * A scenario of the user's own: YAML or JSON, or a module that exports the same value as its default.
 * @throws ScenarioError
 */
export async function loadScenario(file: string): Promise<Scenario> {
  const extension = extname(file);
  if (MODULE.test(extension)) {
    const scenario = decodeScenario(nameOf(file), await importDefault(file));
    if (!scenario.ok) throw new ScenarioError(`${file}: ${scenario.error.text}`);
    return scenario.value;
  }
  if (!TEXT.test(extension)) {
    throw new ScenarioError(`${file}: a scenario is a .yaml, .json, .mjs, .js or .ts file`);
  }
  return parseScenario(file, readText(file));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ScenarioError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/** @throws ScenarioError that names the line */
export function parseScenario(file: string, text: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw new ScenarioError(`${file}: ${broken.message.split('\n')[0] ?? ''}`);
  const scenario = decodeScenario(nameOf(file), toValue(file, document));
  if (scenario.ok) return scenario.value;
  const { line } = lines.linePos(offsetOf(document, scenario.error.path));
  throw new ScenarioError(`${file}:${line}: ${scenario.error.text}`);
}

/** Refuses aliases that blow up, which the parser alone does not see. */
function toValue(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ScenarioError(`${file}: ${messageOf(error)}`);
  }
}

/** Where a value, or what should contain it, is written. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  if (path.length === 0) return document.contents?.range?.[0] ?? 0;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const key = isMap(parent)
    ? parent.items.map((pair) => pair.key).find((each) => isScalar(each) && each.value === last)
    : document.getIn(path, true);
  const range = (key as { readonly range?: readonly number[] } | undefined)?.range;
  return range?.[0] ?? offsetOf(document, path.slice(0, -1));
}

async function importDefault(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
    if (!('default' in module)) throw new Error('it has no default export, which is the scenario');
    return module.default;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw new ScenarioError(
        `${file}: Node ${process.version} reads no TypeScript (22.18 and later do): write it as .mjs or .yaml`,
      );
    }
    throw new ScenarioError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/** Part of rooms' addresses, so letters, digits and hyphens only. */
function nameOf(file: string): string {
  const bare = basename(file, extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return bare.replaceAll(/^-+|-+$/g, '') || 'scenario';
}
