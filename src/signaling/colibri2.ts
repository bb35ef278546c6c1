import type { Logger } from '../base/logger.ts';
import { ok, type Result } from '../base/result.ts';
import type { CommandError, ConferenceCommand, ConferenceOutcome } from '../conference/commands.ts';
import type { ConferenceModified } from '../protocol/colibri2/conference-modified.ts';
import type { ConferenceModify } from '../protocol/colibri2/conference-modify.ts';
import type { DecodeError } from '../protocol/xml/decode-error.ts';
import { conferenceAnswer } from './conference-answer.ts';
import { conferenceCommand } from './conference-command.ts';
import type { ColibriConfig } from './endpoint-command.ts';
import { badRequest } from './refuse.ts';

/** Does a command, all of it or nothing. */
export type Execute = (
  command: ConferenceCommand,
) => Promise<Result<ConferenceOutcome, CommandError>>;

/** One request as far as it could be read, to one answer: what XMPP and REST share. */
export type Colibri2 = (
  request: Result<ConferenceModify, DecodeError>,
) => Promise<Result<ConferenceModified, CommandError>>;

export type Colibri2Options = {
  readonly execute: Execute;
  readonly config: ColibriConfig;
  readonly log: Logger;
};

/**
 * Translates requests to commands and outcomes to answers. `execute` is called before this returns, so that
 * requests keep the order in which they came (colibri2.md §1.3).
 */
export function createColibri2({ execute, config, log }: Colibri2Options): Colibri2 {
  return async (request) => {
    const command = request.ok
      ? conferenceCommand(request.value, config)
      : badRequest(request.error.message);
    const outcome = command.ok ? await execute(command.value) : command;
    const meeting = request.ok ? request.value.meetingId : undefined;
    if (!outcome.ok) {
      const { code, text } = outcome.error;
      log.warn({ meeting, code, reason: text }, 'refused a conference-modify request');
      return outcome;
    }
    const connects = request.ok ? request.value.connects : undefined;
    if (connects && connects.length > 0) {
      log.info({ meeting, connects }, 'ignored <connects>: media export is not supported');
    }
    return ok(conferenceAnswer(outcome.value));
  };
}
