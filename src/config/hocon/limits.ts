/** Caps on what one configuration may cost; each is far above what people write. */
export const limits = {
  /** Characters of one file. */
  fileLength: 1_048_576,
  /** Files read for one configuration, the first included. */
  files: 64,
  /** Files that include one another. */
  includeDepth: 16,
  /** Objects and lists within one another, path elements counted. */
  depth: 64,
  /** Substitutions that lead to one another. */
  substitutionDepth: 64,
  /** Steps of resolving: stops texts that double with every line. */
  resolveSteps: 500_000,
  /** Characters of one joined text. */
  textLength: 1_048_576,
} as const;
