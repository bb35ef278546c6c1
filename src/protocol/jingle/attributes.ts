/** Looks up an attribute by its XML name; JSON objects offer the same view of their members. */
export type AttributeLookup = (name: string) => string | undefined;

const decimal = /^\d{1,10}$/;

/** An unsigned 32-bit number, or undefined for anything else. */
export function uint32(value: string | undefined): number | undefined {
  if (value === undefined || !decimal.test(value)) return undefined;
  const number = Number(value);
  return number <= 0xffff_ffff ? number : undefined;
}
