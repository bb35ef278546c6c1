/**
 * Gives `live` the contents of `next` down to its innermost plain objects, whose identity stays: whoever holds one
 * sees the new values at the next look.
 */
export function replaceContents(live: object, next: object): void {
  const target = live as Record<string, unknown>;
  for (const key of new Set([...Object.keys(live), ...Object.keys(next)])) {
    const [before, after] = [target[key], (next as Record<string, unknown>)[key]];
    if (isPlain(before) && isPlain(after)) replaceContents(before, after);
    else if (after === undefined) Reflect.deleteProperty(target, key);
    else target[key] = after;
  }
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
