/** Where a value was written. Lines and columns count from 1; 0 where the source has none (defaults, flags). */
export type Origin = { readonly file: string; readonly line: number; readonly column: number };

/** `file:line:column`, shortened to what is known. */
export function formatOrigin({ file, line, column }: Origin): string {
  if (line === 0) return file;
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}
