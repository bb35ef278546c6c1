import { count, type Reader } from '../reader.ts';

export type ConferenceLimit = { readonly size: number; readonly lastN: number };

const expected = 'an object of conference size = last-n, for example { 20 = 20, 50 = 10 }';

/** `load-management.conference-last-n-limits`, ascending by size. */
export const conferenceLimits: Reader<readonly ConferenceLimit[]> = {
  expected,
  read: (value) => {
    if (value.kind !== 'object') return { ok: false };
    const limits: ConferenceLimit[] = [];
    for (const [key, field] of value.fields) {
      const lastN = count.read(field);
      if (!/^\d+$/.test(key) || !lastN.ok) return { ok: false, origin: field.origin, expected };
      limits.push({ size: Number(key), lastN: lastN.value });
    }
    return { ok: true, value: limits.toSorted((a, b) => a.size - b.size) };
  },
};
