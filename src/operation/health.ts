/** What health is judged from, all read at the same moment. */
export type HealthFacts = {
  /** Whether an address that is neither loopback, link-local nor private is signalled. */
  readonly hasValidAddress: boolean;
  /** Milliseconds since each worker last answered; empty = no worker is alive. */
  readonly workersSilentMs: readonly number[];
  /** How late the event loop ran its timers at worst since the last check. */
  readonly eventLoopDelayMs: number;
};

/** `videobridge.health.*`. */
export type HealthConfig = {
  readonly requireValidAddress: boolean;
  /** A worker or an event loop that is silent for longer has failed the check. */
  readonly maxCheckDurationMs: number;
};

export type Health = { readonly healthy: boolean; readonly reason: string | undefined };

/** One value for REST, the health IQ, presence and metrics; `reason` says what to look at. */
export function checkHealth(facts: HealthFacts, config: HealthConfig): Health {
  const reason = findFault(facts, config);
  return { healthy: reason === undefined, reason };
}

function findFault(facts: HealthFacts, config: HealthConfig): string | undefined {
  if (config.requireValidAddress && !facts.hasValidAddress) {
    return (
      'no valid address: every media address is private, link-local or loopback; configure a mapping ' +
      '(ice4j.harvest.mapping) or set videobridge.health.require-valid-address = false'
    );
  }
  if (facts.workersSilentMs.length === 0) return 'no media worker is alive';
  const silent = Math.min(...facts.workersSilentMs);
  if (silent > config.maxCheckDurationMs) {
    return `no media worker has answered for ${Math.round(silent / 1000)} s`;
  }
  if (facts.eventLoopDelayMs > config.maxCheckDurationMs) {
    return `the event loop was blocked for ${Math.round(facts.eventLoopDelayMs / 1000)} s`;
  }
  return undefined;
}
