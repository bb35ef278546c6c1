/** What a verdict is to the shell. */
export const exitCodes = { PASS: 0, FAIL: 1, INVALID: 2 } as const;
