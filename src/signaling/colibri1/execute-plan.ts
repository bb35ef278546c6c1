import { ok, type Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { CommandError, ConferenceOutcome } from '../../conference/commands.ts';
import { meetingId } from '../../model/ids.ts';
import type { Execute } from '../colibri2.ts';
import { type Colibri1Error, refuse } from './colibri1-error.ts';
import type { ConferenceTable } from './conference-table.ts';
import type { Plan } from './plan-request.ts';

/**
 * Does what was planned, and returns the tables that are true then.
 * @param create there is no conference behind the tables, yet or any more
 */
export async function executePlan(
  { table, endpoints }: Plan,
  create: boolean,
  execute: Execute,
): Promise<Result<ConferenceTable, Colibri1Error>> {
  if (endpoints.length === 0) return ok(table);
  const outcome = await execute(
    withoutUndefined({
      meetingId: meetingId(table.id),
      name: create ? table.name : undefined,
      create,
      expire: false,
      endpoints,
      // One that the conference let go just now is missed by nobody.
      ignoreUnknownEndpoints: true,
    }),
  );
  if (outcome.ok) return ok(withOutcome(table, outcome.value));
  return refuse(codeOf(outcome.error), outcome.error.text);
}

function withOutcome(
  table: ConferenceTable,
  { endpoints, feedbackSsrcs = table.feedbackSsrcs }: ConferenceOutcome,
): ConferenceTable {
  const known = new Map(table.endpoints);
  for (const { id, transport, webSocketUrls } of endpoints) {
    const endpoint = known.get(id);
    if (!endpoint || !transport) continue;
    known.set(id, { ...endpoint, transport: { local: transport, webSocketUrls } });
  }
  return withoutUndefined({ ...table, endpoints: known, feedbackSsrcs });
}

function codeOf({ code }: CommandError): Colibri1Error['code'] {
  switch (code) {
    case 'conference-not-found':
    case 'graceful-shutdown':
      return code;
    default:
      return 'internal';
  }
}
