import type { z } from 'zod';
import { err, ok, type Result } from '../../base/result.ts';
import { DecodeError } from '../xml/decode-error.ts';

/** Applies a schema; the error names the first wrong member as `root.endpoints[0].id`. */
export function decodeWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  root: string,
): Result<T, DecodeError> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const steps = (issue?.path ?? []).map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 64)}`,
  );
  return err(new DecodeError([root, ...steps].join(''), issue?.message ?? 'is not as expected'));
}
