/** Drain mode: refuses nothing, only asks the focus to look elsewhere first (operations.md §7.1). */
export class Drain {
  readonly #onChange: () => void;
  #on: boolean;

  constructor(initial: boolean, onChange: () => void) {
    this.#on = initial;
    this.#onChange = onChange;
  }

  get on(): boolean {
    return this.#on;
  }

  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#onChange();
  }
}
