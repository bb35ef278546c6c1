import type { Literal } from '../setting.ts';

/** Makes of the text of a property what its HOCON key holds. What does not convert is left for the reader to refuse. */
export type Conversion = (text: string) => Literal;

export const same: Conversion = (text) => text;

/** `DISABLE_…` for `….enabled`. */
export const inverted: Conversion = (text) => {
  switch (text.toLowerCase()) {
    case 'true':
      return false;
    case 'false':
      return true;
    default:
      return text;
  }
};

export const milliseconds: Conversion = (text) => (text === '' ? text : `${text} ms`);
export const seconds: Conversion = (text) => (text === '' ? text : `${text} s`);

export const percent: Conversion = (text) => `${text}%`;

export const commaList: Conversion = (text) => list(text, ',');
export const semicolonList: Conversion = (text) => list(text, ';');

function list(text: string, separator: string): Literal {
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
