import { conferenceModified, type ConferenceModified } from './colibri-response.ts';

/** Why a request to the bridge did not succeed, as far as a focus reacts to it (colibri2.md §5.2, §5.3). */
export type BridgeFailure =
  /** Nothing answers, or not in time. */
  | 'unreachable'
  /** The bridge does not know the conference: it was restarted, or the conference expired. */
  | 'conference-lost'
  | 'endpoint-lost'
  /** Anything else: the request itself is not to the bridge's liking. */
  | 'refused';

export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly failure: BridgeFailure;

  constructor(failure: BridgeFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** Jicofo waits as long for an answer (colibri2.md §5.1). */
const timeoutMs = 15_000;

/** The bridge's private HTTP interface, as far as a focus needs it (colibri2.md §1.4, operations.md §4.7). */
export class BridgeClient {
  readonly #baseUrl: URL;

  constructor(baseUrl: URL) {
    this.#baseUrl = baseUrl;
  }

  /** Creates the conference together with its first endpoint. */
  createConference(meetingId: string, name: string, endpoint: object): Promise<ConferenceModified> {
    const body = { 'meeting-id': meetingId, name, create: true, endpoints: [endpoint] };
    return this.#modify('POST', 'colibri/v2/conferences', body);
  }

  /** Changes endpoints; with none it only finds out whether the bridge still has the conference. */
  modify(meetingId: string, ...endpoints: readonly object[]): Promise<ConferenceModified> {
    return this.#modify('PATCH', `colibri/v2/conferences/${encodeURIComponent(meetingId)}`, {
      endpoints,
    });
  }

  /** What the bridge says about the conference, or undefined if it says nothing. */
  async inspect(meetingId: string): Promise<unknown> {
    const response = await this.#fetch('debug?full=true', {});
    if (!response.ok) return undefined;
    const { conferences = {} } = (await response.json()) as {
      conferences?: Record<string, { meeting_id?: string }>;
    };
    return Object.values(conferences).find((conference) => conference.meeting_id === meetingId);
  }

  async #modify(method: string, path: string, body: object): Promise<ConferenceModified> {
    const response = await this.#fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new BridgeError(failureOf(response.status, text), reasonOf(text));
    return conferenceModified.parse(JSON.parse(text));
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(new URL(path, this.#baseUrl), {
        ...init,
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new BridgeError(
        'unreachable',
        `the bridge at ${this.#baseUrl.origin} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  }
}

function failureOf(status: number, text: string): BridgeFailure {
  if (status === 404 || text.includes('conference_not_found')) return 'conference-lost';
  if (text.includes('unknown_endpoint')) return 'endpoint-lost';
  return status >= 500 ? 'unreachable' : 'refused';
}

/** Error bodies differ between bridges: JSON with a reason, HTML, or nothing (colibri2.md §1.4). */
function reasonOf(text: string): string {
  return text === '' ? 'the bridge refused without a reason' : text.slice(0, 500);
}
