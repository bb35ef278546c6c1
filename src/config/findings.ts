import { formatOrigin, type Origin } from './hocon/origin.ts';

export type WarningCode =
  | 'unknown-key'
  | 'removed-key'
  | 'deprecated-name'
  | 'legacy-name'
  | 'literal-placeholder'
  | 'ineffective'
  | 'incomplete'
  | 'shadowed'
  | 'port-conflict'
  | 'unsupported'
  | 'no-equivalent'
  | 'insecure'
  | 'exposed'
  | 'stun-failed'
  | 'unreachable'
  | 'no-muc-configured'
  | 'component-era'
  | 'obsolete'
  | 'jvm-only'
  | 'tolerated'
  | 'wrong-type'
  | 'not-applicable'
  | 'idle';

/** One line for the log: `file:line:column: key: message`. */
export function formatWarning(warning: ConfigWarning): string {
  return formatProblem(warning);
}

/** Something the operator should know, and at which level to log it; `ignore` is for debugging only. */
export type ConfigWarning = {
  readonly level: 'warn' | 'info' | 'ignore';
  readonly code: WarningCode;
  readonly key: string;
  readonly message: string;
  readonly origin?: Origin;
};

/** Why the bridge cannot start on this configuration. */
export type ConfigProblem = {
  readonly key?: string;
  readonly origin?: Origin;
  /** What was expected, what was found, what to do. */
  readonly message: string;
};

/** Everything that is wrong at once, one problem a line: `file:line:column: key: what to do`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

function formatProblem({ origin, key, message }: ConfigProblem): string {
  return [origin && formatOrigin(origin), key, message]
    .filter((part) => part !== undefined)
    .join(': ');
}

/** Collects what is found while a configuration is read. */
export class Findings {
  readonly warnings: ConfigWarning[] = [];
  readonly problems: ConfigProblem[] = [];

  add(warning: ConfigWarning): void {
    this.warnings.push(warning);
  }

  /** Adds what was not yet said of that key. */
  addOnce(warning: ConfigWarning): void {
    const said = this.warnings.some(
      ({ code, key }) => code === warning.code && key === warning.key,
    );
    if (!said) this.add(warning);
  }

  fail(problem: ConfigProblem): void {
    this.problems.push(problem);
  }
}
