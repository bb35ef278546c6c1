/** One word after `trestle`, each in a file of its own in this folder; src/main.ts lists them. */
export type Command = {
  /** What `trestle --help` says of it, one line. */
  readonly summary: string;
  /** Does all of it. @returns the exit code */
  readonly run: (invocation: Invocation) => Promise<number>;
};

export type Invocation = {
  /** What follows the command's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Trestle's own version. */
  readonly version: string;
  /** One line to standard output. */
  readonly print: (line: string) => void;
  /** One line to standard error. */
  readonly complain: (line: string) => void;
};

/** sysexits.h where it has one; the rest as operators' units and containers know them from JVB (operations.md §7.5). */
export const exitCodes = { done: 0, fatal: 1, usage: 64, tryAgain: 75, configuration: 78 } as const;
