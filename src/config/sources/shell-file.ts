import type { Assignment, Assignments } from './assignment.ts';

/**
 * Reads `/etc/jitsi/videobridge/config`, a file of shell assignments that sh, bash and systemd read differently
 * and that is never run here: `KEY=value` lines, comments at the start of a line only, one pair of quotes removed,
 * a backslash before the line end continues, `$NAME` is what the file set before, else nothing.
 */
export function parseShellFile(text: string, file: string): Assignments {
  const variables = new Map<string, Assignment>();
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const origin = { file, line: at + 1, column: 1 };
    let line = (lines[at] ?? '').trimStart();
    if (/^[#;]/.test(line)) continue;
    while (line.endsWith('\\') && at + 1 < lines.length) {
      at += 1;
      line = line.slice(0, -1) + (lines[at] ?? '');
    }
    const [, name, written = ''] = /^(?:export\s+)?([A-Za-z_]\w*)=(.*)$/s.exec(line) ?? [];
    if (name === undefined) continue;
    const expand = (value: string): string =>
      value.replace(
        /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
        (_, braced?: string, plain?: string) => variables.get(braced ?? plain ?? '')?.text ?? '',
      );
    variables.set(name, { text: readValue(written, expand), origin });
  }
  return variables;
}

function readValue(written: string, expand: (value: string) => string): string {
  const single = /^'([^']*)'/.exec(written);
  if (single) return single[1] ?? '';
  const double = /^"((?:\\.|[^"\\])*)"/s.exec(written);
  if (double) return expand(double[1] ?? '').replace(/\\(["\\$`])/g, '$1');
  return expand(written.trimEnd());
}
