/** What health is judged from, all read at the same moment. */
export type HealthFacts = {
  /** Whether an address that is neither loopback, link-local nor private is signalled. */
  readonly hasValidAddress: boolean;
  /** STUN servers are configured and none told an address. */
  readonly stunFailed: boolean;
  /** Milliseconds since each worker last answered, time in which nobody could ask included; empty = no worker is alive. */
  readonly workersSilentMs: readonly number[];
  /** How late the event loop ran its timers at worst since the last check. */
  readonly eventLoopDelayMs: number;
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
  /** A worker or an event loop that is silent for longer has failed the check. */
  readonly maxCheckDurationMs: number;
  /** Without any XMPP server for longer nobody can ask for a conference; Infinity = does not matter. */
  readonly maxLinkOutageMs: number;
};

/** A hard failure is one that only the operator or a restart ends; HTTP tells them apart (operations.md §4.3). */
export type Fault = { readonly reason: string; readonly hard: boolean };

export type Health = { readonly healthy: boolean; readonly fault: Fault | undefined };

/** JVB does not remember what fails while it starts. */
const stickyAfterMs = 5 * 60_000;

/** A block of the event loop that is over says nothing of what comes; another one this soon after does. */
const blockForgottenMs = 60_000;
/** Bounds what is kept while no worker lives. */
const lateForgottenMs = 60_000;

/** One value for REST, the health IQ, presence and metrics; the reason says what to look at. */
export class HealthCheck {
  readonly #config: HealthConfig;
  #remembered: string | undefined;
  #blockEndedMs = -Infinity;
  #late: readonly { readonly atMs: number; readonly delayMs: number }[] = [];

  constructor(config: HealthConfig) {
    this.#config = config;
  }

  /** @param uptimeMs since the bridge started */
  check(facts: HealthFacts, uptimeMs: number): Health {
    const fault = findFault(facts, this.#config, {
      workersSilentMs: this.#workersSilentMs(facts, uptimeMs),
      blockedAgain: this.#blockedAgain(facts, uptimeMs),
    });
    if (fault?.hard === true && this.#config.stickyFailures && uptimeMs > stickyAfterMs) {
      this.#remembered ??= fault.reason;
    }
    const lasting = fault ?? this.#stickyFault();
    return { healthy: lasting === undefined, fault: lasting };
  }

  /** How long no worker has answered an event loop that could have heard it. */
  #workersSilentMs({ workersSilentMs, eventLoopDelayMs }: HealthFacts, uptimeMs: number): number {
    const silentMs = Math.min(...workersSilentMs);
    const sinceMs = uptimeMs - Math.min(silentMs, lateForgottenMs);
    const late = [...this.#late, { atMs: uptimeMs, delayMs: eventLoopDelayMs }];
    this.#late = late.filter(({ atMs }) => atMs > sinceMs);
    return this.#late.reduce((ms, { delayMs }) => ms - delayMs, silentMs);
  }

  #blockedAgain({ eventLoopDelayMs }: HealthFacts, uptimeMs: number): boolean {
    if (eventLoopDelayMs <= this.#config.maxCheckDurationMs) return false;
    const freeMs = uptimeMs - eventLoopDelayMs - this.#blockEndedMs;
    this.#blockEndedMs = uptimeMs;
    return freeMs <= blockForgottenMs;
  }

  #stickyFault(): Fault | undefined {
    if (this.#remembered === undefined) return undefined;
    const reason =
      `failed before: ${this.#remembered}; over now, but videobridge.health.sticky-failures keeps the ` +
      'bridge unhealthy until it is restarted';
    return { reason, hard: true };
  }
}

type Judged = { readonly workersSilentMs: number; readonly blockedAgain: boolean };

function findFault(facts: HealthFacts, config: HealthConfig, judged: Judged): Fault | undefined {
  const hard = findHardFault(facts, config, judged);
  if (hard !== undefined) return { reason: hard, hard: true };
  if (facts.linksDownMs <= config.maxLinkOutageMs) return undefined;
  const minutes = Math.round(facts.linksDownMs / 60_000);
  const reason = `no XMPP server has been connected for ${minutes} min, so no focus can ask: ${facts.linksDownBecause}`;
  return { reason, hard: false };
}

function findHardFault(
  facts: HealthFacts,
  config: HealthConfig,
  { workersSilentMs, blockedAgain }: Judged,
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
  if (facts.workersSilentMs.length === 0) return 'no media worker is alive';
  if (workersSilentMs > config.maxCheckDurationMs) {
    return `no media worker has answered for ${Math.round(workersSilentMs / 1000)} s`;
  }
  if (blockedAgain) {
    return `the event loop was blocked again, for ${Math.round(facts.eventLoopDelayMs / 1000)} s`;
  }
  return undefined;
}
