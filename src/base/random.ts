/** Unpredictable values: identifiers and passwords are made of it, so implementations use a secure generator. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  uint32(): number;
  /** `length` characters of [A-Za-z0-9]. */
  alphanumeric(length: number): string;
}
