import { err, type Result } from '../base/result.ts';
import type { CommandError } from '../conference/commands.ts';

type Refusal = Result<never, CommandError>;

export function badRequest(text: string): Refusal {
  return err({ code: 'bad-request', text });
}

/** @param structural the focus put together what may not stand together (colibri2.md §3.3) */
export function notImplemented(text: string, structural = false): Refusal {
  return err({ code: 'not-implemented', structural, text });
}
