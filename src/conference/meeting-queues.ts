import { SerialQueue } from '../base/serial-queue.ts';
import type { MeetingId } from '../model/ids.ts';
import { limits } from './conference-config.ts';

/**
 * One queue a meeting id, whatever becomes of the conference, so that an expiry and the creation after it keep
 * their order (colibri2.md §1.3). Queues without work are dropped.
 */
export class MeetingQueues {
  readonly #queues = new Map<MeetingId, SerialQueue>();
  #pending = 0;

  /** Whether requests for the meeting are under way or waiting. */
  isBusy(id: MeetingId): boolean {
    return this.#queues.has(id);
  }

  /** @returns undefined without having queued the task when too many wait already. */
  add<T>(id: MeetingId, task: () => Promise<T>): Promise<T> | undefined {
    const queue = this.#queues.get(id) ?? new SerialQueue();
    if (queue.pending >= limits.pendingRequestsPerMeeting) return undefined;
    if (this.#pending >= limits.pendingRequests) return undefined;
    this.#queues.set(id, queue);
    this.#pending += 1;
    return queue.add(task).finally(() => {
      this.#pending -= 1;
      if (queue.pending === 0 && this.#queues.get(id) === queue) this.#queues.delete(id);
    });
  }
}
