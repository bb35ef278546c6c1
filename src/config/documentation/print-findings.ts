import { formatWarning, type ConfigWarning } from '../findings.ts';

const titles: Readonly<Record<ConfigWarning['level'], string>> = {
  warn: 'Warnings: not obeyed, or not as it may be meant',
  info: 'Worth knowing',
  ignore: 'Without meaning here; nothing is lost',
};

/** Every key that is not obeyed as it stands, by level, as comments that may follow HOCON. */
export function printFindings(warnings: readonly ConfigWarning[]): string {
  const levels = Object.entries(titles).map(([level, title]) => ({
    title,
    lines: warnings
      .filter((warning) => warning.level === level)
      .map((warning) => `#   ${formatWarning(warning)} (${warning.code})`),
  }));
  return levels
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => `\n# ${title}\n${lines.join('\n')}\n`)
    .join('');
}
