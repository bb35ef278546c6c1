/** What health is judged from, all read at the same moment. */
export type HealthFacts = {
  /** Whether an address that is neither loopback, link-local nor private is signalled. */
  readonly hasValidAddress: boolean;
  /** STUN servers are configured and none told an address. */
  readonly stunFailed: boolean;
  /** For how long each worker that is alive has owed an answer (`WorkerFigures`); empty = none is alive. */
  readonly workersOverdueMs: readonly number[];
  /** How late this check is: the process did not run, or did something else. */
  readonly lateMs: number;
  /** Since when no XMPP server is connected, ms; 0 while one is, or where none is configured. */
  readonly linksDownMs: number;
  /** Why, in the words of the links. */
  readonly linksDownBecause: string;
};

/** `videobridge.health.*`. */
export type HealthConfig = {
  readonly requireValidAddress: boolean;
  readonly requireStun: boolean;
  /** A failure later than five minutes after the start is for good. */
  readonly stickyFailures: boolean;
  /** Workers that are silent or gone for longer have failed the check. */
  readonly maxCheckDurationMs: number;
  /** Without any XMPP server for longer nobody can ask for a conference; Infinity = does not matter. */
  readonly maxLinkOutageMs: number;
};

/** A hard failure is one that only the operator or a restart ends; HTTP tells them apart (operations.md §4.3). */
export type Fault = { readonly reason: string; readonly hard: boolean };

export type Health = { readonly healthy: boolean; readonly fault: Fault | undefined };

/** JVB does not remember what fails while it starts. */
const stickyAfterMs = 5 * 60_000;

/** One value for REST, the health IQ, presence and metrics; the reason says what to look at. */
export class HealthCheck {
  readonly #config: HealthConfig;
  #remembered: string | undefined;
  #checkedMs = -Infinity;
  /** For how long no worker has been alive; one that dies is replaced within less than a second. */
  #workersGoneMs = 0;

  constructor(config: HealthConfig) {
    this.#config = config;
  }

  /** @param uptimeMs since the bridge started */
  check(facts: HealthFacts, uptimeMs: number): Health {
    this.#countAbsence(facts, uptimeMs);
    const fault = findFault(facts, this.#config, this.#workersGoneMs);
    if (fault?.hard === true && this.#config.stickyFailures && uptimeMs > stickyAfterMs) {
      this.#remembered ??= fault.reason;
    }
    const lasting = fault ?? this.#stickyFault();
    return { healthy: lasting === undefined, fault: lasting };
  }

  /** While this process was late it could not start a worker. */
  #countAbsence({ workersOverdueMs, lateMs }: HealthFacts, uptimeMs: number): void {
    const sinceMs = uptimeMs - this.#checkedMs - lateMs;
    this.#checkedMs = uptimeMs;
    this.#workersGoneMs = workersOverdueMs.length > 0 ? 0 : this.#workersGoneMs + sinceMs;
  }

  #stickyFault(): Fault | undefined {
    if (this.#remembered === undefined) return undefined;
    const reason =
      `failed before: ${this.#remembered}; over now, but videobridge.health.sticky-failures keeps the ` +
      'bridge unhealthy until it is restarted';
    return { reason, hard: true };
  }
}

function findFault(facts: HealthFacts, config: HealthConfig, goneMs: number): Fault | undefined {
  const hard = findHardFault(facts, config, goneMs);
  if (hard !== undefined) return { reason: hard, hard: true };
  if (facts.linksDownMs <= config.maxLinkOutageMs) return undefined;
  const minutes = Math.round(facts.linksDownMs / 60_000);
  const reason = `no XMPP server has been connected for ${minutes} min, so no focus can ask: ${facts.linksDownBecause}`;
  return { reason, hard: false };
}

function findHardFault(
  facts: HealthFacts,
  config: HealthConfig,
  workersGoneMs: number,
): string | undefined {
  if (config.requireValidAddress && !facts.hasValidAddress) {
    return (
      'no valid address: every media address is private, link-local or loopback; configure a mapping ' +
      '(ice4j.harvest.mapping) or set videobridge.health.require-valid-address = false'
    );
  }
  if (config.requireStun && facts.stunFailed) {
    return 'no STUN server of ice4j.harvest.mapping.stun.addresses told an address: is UDP to them let through?';
  }
  const { workersOverdueMs } = facts;
  if (workersOverdueMs.length === 0) {
    return workersGoneMs > config.maxCheckDurationMs ? 'no media worker is alive' : undefined;
  }
  const overdueMs = Math.min(...workersOverdueMs);
  if (overdueMs <= config.maxCheckDurationMs) return undefined;
  return `no media worker has answered for ${Math.round(overdueMs / 1000)} s`;
}
