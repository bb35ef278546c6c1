/** What a check came to: `skip` = could not be told here, `warn` = may hurt, `fail` = calls will suffer. */
export type Verdict = {
  readonly level: 'ok' | 'skip' | 'warn' | 'fail';
  readonly check: string;
  readonly found: string;
  /** Absent where all is well. */
  readonly why?: string;
  readonly todo?: string;
};

type Trouble = Pick<Verdict, 'found'> & Required<Pick<Verdict, 'why' | 'todo'>>;

export const good = (check: string, found: string): Verdict => ({ level: 'ok', check, found });
export const unknown = (check: string, found: string): Verdict => ({ level: 'skip', check, found });
export const doubtful = (check: string, trouble: Trouble): Verdict => ({
  level: 'warn',
  check,
  ...trouble,
});
export const bad = (check: string, trouble: Trouble): Verdict => ({
  level: 'fail',
  check,
  ...trouble,
});
