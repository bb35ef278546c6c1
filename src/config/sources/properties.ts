import type { Assignment, Assignments } from './assignment.ts';

const escapes = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
]);

/**
 * Reads Java properties (java.util.Properties.load): `#` and `!` start a comment, `=`, `:` or a blank ends the
 * name, a backslash escapes or continues the line. Values are trimmed; of several for one name the last counts.
 */
export function parseProperties(text: string, file: string): Assignments {
  const properties = new Map<string, Assignment>();
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const origin = { file, line: at + 1, column: 1 };
    let line = (lines[at] ?? '').trimStart();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    while (isContinued(line) && at + 1 < lines.length) {
      at += 1;
      line = line.slice(0, -1) + (lines[at] ?? '').trimStart();
    }
    const { name, value } = splitLine(line);
    properties.set(name, { text: value.trim(), origin });
  }
  return properties;
}

/** An odd number of backslashes at the end. */
function isContinued(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

function splitLine(line: string): { readonly name: string; readonly value: string } {
  const match = /^((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)$/s.exec(line);
  return { name: unescape(match?.[1] ?? line), value: unescape(match?.[2] ?? '') };
}

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.)|$)/gs, (_, hex?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return letter === undefined ? '' : (escapes.get(letter) ?? letter);
  });
}
