import type { z } from 'zod';
import { err, ok, type Result } from '../../base/result.ts';
import { parseJsonObject } from './parse-json.ts';

/** Text to message; the error says in words for the log what is wrong with it. */
export function decodeMessage<T>(schema: z.ZodType<T>, text: string): Result<T, string> {
  const json = parseJsonObject(text);
  if (!json.ok) return json;
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return ok(parsed.data);
  const name = excerpt(json.value['colibriClass']);
  const issue = parsed.error.issues[0];
  if (issue?.path[0] === 'colibriClass') return err(`unknown colibriClass ${name}`);
  const path = (issue?.path ?? []).map((step) => excerpt(String(step))).join('.');
  return err(`${name}.${path}: ${issue?.message ?? 'not as expected'}`);
}

/** What a peer wrote, short enough for a log line. */
function excerpt(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 64) : typeof value;
}
