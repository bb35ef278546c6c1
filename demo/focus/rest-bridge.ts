import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import { decodeConferenceModifiedJson } from '../../src/protocol/colibri2/conference-modified-json.ts';
import type { ConferenceModify } from '../../src/protocol/colibri2/conference-modify.ts';
import { encodeConferenceModifyJson } from '../../src/protocol/colibri2/conference-modify-json.ts';
import { answerTimeoutMs, type Bridge, BridgeError, type BridgeFailure } from './bridge.ts';
import { messageOf } from '../../src/base/message-of.ts';

/** A bridge reached over its private HTTP interface (colibri2.md §1.4, operations.md §4.7). */
export class RestBridge implements Bridge {
  readonly #baseUrl: URL;

  /** @param baseUrl e.g. `http://127.0.0.1:8080/` */
  constructor(baseUrl: URL) {
    this.#baseUrl = baseUrl;
  }

  async request(request: ConferenceModify): Promise<ConferenceModified> {
    const conferences = 'colibri/v2/conferences';
    const path = `${conferences}/${encodeURIComponent(request.meetingId)}`;
    const response = await this.#fetch(request.create ? conferences : path, {
      method: request.create ? 'POST' : 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(encodeConferenceModifyJson(request)),
    });
    const text = await response.text();
    if (!response.ok)
      throw new BridgeError(
        failureOf(response.status, text),
        this.#reasonOf(response.status, text),
      );
    const answer = decodeConferenceModifiedJson(this.#jsonOf(text));
    if (!answer.ok) throw new BridgeError('refused', answer.error.message);
    return answer.value;
  }

  async inspect(meetingId: string): Promise<unknown> {
    const response = await this.#fetch('debug?full=true', {});
    if (!response.ok) return undefined;
    const { conferences = {} } = (await response.json()) as {
      conferences?: Record<string, { meeting_id?: string }>;
    };
    return Object.values(conferences).find((conference) => conference.meeting_id === meetingId);
  }

  /** Error bodies differ between bridges: JSON with a reason, HTML, or nothing. */
  #reasonOf(status: number, text: string): string {
    const reason = withoutTags(text).slice(0, 300);
    return `${this.#baseUrl.origin} answered ${status}${reason === '' ? ' without a reason' : `: ${reason}`}`;
  }

  #jsonOf(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      const is = `the answer of ${this.#baseUrl.origin} is not JSON`;
      throw new BridgeError('refused', `${is}: is it the private REST interface of a bridge?`);
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      const signal = AbortSignal.timeout(answerTimeoutMs);
      return await fetch(new URL(path, this.#baseUrl), { ...init, signal });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      const reason = messageOf(cause);
      throw new BridgeError(
        'unreachable',
        `the bridge at ${this.#baseUrl.origin} does not answer: ${reason}`,
      );
    }
  }
}

/** Status codes tell little: an unknown endpoint is a 400 like any other (colibri2.md §1.4). */
function failureOf(status: number, text: string): BridgeFailure {
  if (status === 404) return 'conference-lost';
  if (text.includes('unknown_endpoint')) return 'endpoint-lost';
  return status >= 500 ? 'unreachable' : 'refused';
}

function withoutTags(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
