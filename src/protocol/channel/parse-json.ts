import { err, ok, type Result } from '../../base/result.ts';
import { limits } from './limits.ts';

/**
 * Parses text that must be a JSON object, refusing what is too long or nested too deeply before any of it is
 * built: writing JSON is recursive, so what was read deep could not be passed on.
 */
export function parseJsonObject(text: string): Result<Readonly<Record<string, unknown>>, string> {
  if (text.length > limits.messageLength) return err(`longer than ${limits.messageLength}`);
  if (isDeeperThan(text, limits.depth)) return err(`nested deeper than ${limits.depth}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('not JSON');
  }
  return isObject(value) ? ok(value) : err('not a JSON object');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Counts brackets outside of strings; text that is not JSON gets some answer and fails to parse later. */
function isDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === backslash) i += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) {
      inString = true;
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
      if (depth > max) return true;
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
    }
  }
  return false;
}
