import type { Result } from '../../base/result.ts';
import type { ConferenceDescription } from '../../protocol/colibri1/conference.ts';
import {
  decodeConferenceJson,
  encodeConferenceJson,
} from '../../protocol/colibri1/conference-json.ts';
import type { RestReply } from '../colibri2-rest.ts';
import type { Colibri1 } from './colibri1.ts';
import type { Colibri1Error } from './colibri1-error.ts';

/** The REST face (colibri1.md §1.16). Bodies are JSON values, in and out. */
export type Colibri1Rest = {
  list(): RestReply;
  post(body: unknown): Promise<RestReply>;
  get(id: string): RestReply;
  patch(id: string, body: unknown): Promise<RestReply>;
};

const statuses: Readonly<Record<Colibri1Error['code'], number>> = {
  'conference-not-found': 404,
  'bad-request': 400,
  unreadable: 400,
  'graceful-shutdown': 503,
  internal: 500,
};

export function createColibri1Rest(colibri1: Colibri1): Colibri1Rest {
  return {
    list: () => ({ status: 200, body: colibri1.ids.map((id) => ({ id })) }),
    post: async (body) => {
      const request = decodeConferenceJson(body);
      if (request.ok && request.value.id !== undefined) return idNotExpected;
      return reply(await colibri1.request(request, undefined));
    },
    get: (id) => {
      const conference = colibri1.describe(id);
      return conference ? { status: 200, body: encodeConferenceJson(conference) } : unknown;
    },
    patch: async (id, body) => {
      if (colibri1.describe(id) === undefined) return unknown;
      const request = decodeConferenceJson(body);
      if (request.ok && (request.value.id ?? id) !== id) return idNotExpected;
      const whole = request.ok ? { ...request, value: { ...request.value, id } } : request;
      return reply(await colibri1.request(whole, undefined));
    },
  };
}

const unknown: RestReply = { status: 404, body: { error: 'There is no such conference.' } };
const idNotExpected: RestReply = {
  status: 400,
  body: { error: 'The id of a conference is chosen by the bridge and stands in the path.' },
};

function reply(answer: Result<ConferenceDescription, Colibri1Error>): RestReply {
  return answer.ok
    ? { status: 200, body: encodeConferenceJson(answer.value) }
    : { status: statuses[answer.error.code], body: { error: answer.error.text } };
}
