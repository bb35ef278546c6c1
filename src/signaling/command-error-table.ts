import type { CommandError } from '../conference/commands.ts';
import type { ErrorReason } from '../protocol/colibri2/error-element.ts';

/** How a refusal looks on either wire (colibri2.md §3.12). */
export type WireError = {
  /** A condition of RFC 6120 §8.3.3 and its default type. */
  readonly condition: string;
  readonly errorType: 'cancel' | 'modify';
  /** Undefined: no colibri2 `<error>` at all, which means something else to Jicofo than `unspecified`. */
  readonly reason?: ErrorReason;
};

const structural: WireError = {
  condition: 'feature-not-implemented',
  errorType: 'cancel',
  reason: 'feature_not_implemented',
};

const table: Readonly<Record<CommandError['code'], WireError>> = {
  'conference-exists': {
    condition: 'conflict',
    errorType: 'cancel',
    reason: 'conference_already_exists',
  },
  'conference-not-found': {
    condition: 'item-not-found',
    errorType: 'cancel',
    reason: 'conference_not_found',
  },
  'graceful-shutdown': {
    condition: 'service-unavailable',
    errorType: 'cancel',
    reason: 'graceful_shutdown',
  },
  'endpoint-exists': { condition: 'conflict', errorType: 'cancel' },
  'unknown-endpoint': {
    condition: 'item-not-found',
    errorType: 'cancel',
    reason: 'unknown_endpoint',
  },
  'bad-request': { condition: 'bad-request', errorType: 'modify' },
  'not-implemented': { condition: 'feature-not-implemented', errorType: 'cancel' },
  // Without a reason Jicofo takes its participants elsewhere and tries this bridge again after a minute.
  unavailable: { condition: 'service-unavailable', errorType: 'cancel' },
  internal: { condition: 'internal-server-error', errorType: 'cancel' },
};

export function wireError(error: CommandError): WireError {
  return error.code === 'not-implemented' && error.structural ? structural : table[error.code];
}
