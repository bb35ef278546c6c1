import { withoutUndefined } from '../base/without-undefined.ts';
import type { CommandError } from '../conference/commands.ts';
import { encodeConferenceModifiedJson } from '../protocol/colibri2/conference-modified-json.ts';
import { decodeConferenceModifyJson } from '../protocol/colibri2/conference-modify-json.ts';
import type { Colibri2 } from './colibri2.ts';
import { wireError } from './command-error-table.ts';

export type RestReply = { readonly status: number; readonly body: unknown };

/** The REST face (colibri2.md §1.4). Bodies are JSON values, in and out. */
export type Colibri2Rest = {
  post(body: unknown): Promise<RestReply>;
  patch(meetingId: string, body: unknown): Promise<RestReply>;
  get(meetingId: string): RestReply;
};

export function createColibri2Rest(
  colibri2: Colibri2,
  conferenceExists: (meetingId: string) => boolean,
): Colibri2Rest {
  const modify = async (body: unknown, unknownStatus: 400 | 404): Promise<RestReply> => {
    const answer = await colibri2(decodeConferenceModifyJson(body));
    if (answer.ok) return { status: 200, body: encodeConferenceModifiedJson(answer.value) };
    const isUnknown = answer.error.code === 'conference-not-found';
    return refusal(isUnknown ? unknownStatus : 400, answer.error);
  };
  return {
    post: (body) => modify(body, 400),
    patch: (meetingId, body) => modify(withMeetingId(body, meetingId), 404),
    get: (meetingId) =>
      conferenceExists(meetingId)
        ? { status: 501, body: { error: 'reading a conference is not implemented; see /debug' } }
        : { status: 404, body: { error: 'no such conference' } },
  };
}

/** The path says which conference is meant, whatever the body says. */
function withMeetingId(body: unknown, meetingId: string): unknown {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? { ...body, 'meeting-id': meetingId }
    : body;
}

/** JVB's status codes; the reason it leaves out is in the body, in the words XMPP uses for it. */
function refusal(status: number, error: CommandError): RestReply {
  const { condition, reason } = wireError(error);
  return { status, body: withoutUndefined({ error: error.text, condition, reason }) };
}
