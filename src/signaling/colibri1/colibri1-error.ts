import { err, type Result } from '../../base/result.ts';

/** Why a request was refused; nothing was changed. The text is for people. */
export type Colibri1Error = {
  readonly code:
    | 'conference-not-found'
    /** The request contradicts itself or what there is. */
    | 'bad-request'
    | 'graceful-shutdown'
    /** It cannot be read. */
    | 'unreadable'
    /** The bridge cannot do it, whoever's fault that is: what 2018 knows no better word for. */
    | 'internal';
  readonly text: string;
};

export function refuse(code: Colibri1Error['code'], text: string): Result<never, Colibri1Error> {
  return err({ code, text });
}

/** Inside a plan a refusal is thrown: it keeps the code straight, and nothing has been changed yet. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: Colibri1Error;

  constructor(code: Colibri1Error['code'], text: string) {
    super(text);
    this.error = { code, text };
  }
}
