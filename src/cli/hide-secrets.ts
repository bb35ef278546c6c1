/** Arguments whose values must not be seen in a list of processes. */
const secretArgument = /^(-{1,2}[^=]*(?:secret|password)[^=]*=).+$/is;

/**
 * The command line with secret values masked, for `process.title`, which on Linux takes the place of the arguments
 * in /proc/PID/cmdline and so in `ps`; undefined = there is nothing to hide. What was there between the start of the
 * process and this moment cannot be taken back: a file for `--environment-file` shows nothing at any time.
 */
export function maskedCommandLine(argv: readonly string[]): string | undefined {
  const masked = argv.map((argument) => argument.replace(secretArgument, '$1***'));
  return masked.some((argument, place) => argument !== argv[place]) ? masked.join(' ') : undefined;
}
