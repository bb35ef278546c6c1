/** Runs asynchronous tasks one after the other; one that fails does not stop the next. */
export class Sequence {
  #tail: Promise<unknown> = Promise.resolve();

  /** Appends a task; the promise settles as the task does. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
