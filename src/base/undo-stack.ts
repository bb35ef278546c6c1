/** What has to be taken back if a later step fails, or when the owner closes: run last in, first out. */
export class UndoStack {
  #undos: (() => void)[] = [];

  add(undo: () => void): void {
    this.#undos.push(undo);
  }

  /** Keeps what was done: nothing will be undone. */
  commit(): void {
    this.#undos = [];
  }

  /** Undoes everything, newest first. Every entry runs; the first error thrown is thrown again at the end. */
  undo(): void {
    const undos = this.#undos.reverse();
    this.#undos = [];
    const errors: unknown[] = [];
    for (const undo of undos) {
      try {
        undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
