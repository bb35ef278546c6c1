/**
 * Runs asynchronous tasks one after the other, in the order they were added; a task that fails does not
 * stop the next.
 */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;

  /** Tasks added and not yet finished. */
  get pending(): number {
    return this.#pending;
  }

  /** Appends a task; the promise settles as the task does. */
  add<T>(task: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    const result = this.#tail.then(task).finally(() => {
      this.#pending -= 1;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
