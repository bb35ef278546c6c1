/**
 * Brings the outside world to a desired value: `apply` is never run twice at once, a value set meanwhile is
 * applied next, and of several set meanwhile only the last.
 */
export class Reconciler<T> {
  readonly #apply: (desired: T) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #next: { readonly value: T } | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(apply: (desired: T) => Promise<void>, onError: (error: unknown) => void) {
    this.#apply = apply;
    this.#onError = onError;
  }

  /** Makes `value` the desired one. Ignored after `close`. */
  set(value: T): void {
    if (this.#closed) return;
    this.#next = { value };
    this.#running ??= this.#drain();
  }

  /** Resolves when nothing is left to apply. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** No further value is applied; a run under way finishes. */
  close(): void {
    this.#closed = true;
    this.#next = undefined;
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // values set in the same tick are one value
    while (this.#next) {
      const { value } = this.#next;
      this.#next = undefined;
      try {
        await this.#apply(value);
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#running = undefined;
  }
}
