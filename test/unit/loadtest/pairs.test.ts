import { describe, expect, it } from 'vitest';
import type { SentStream } from '../../../loadtest/client/media-sender.ts';
import { perfectNetwork } from '../../../loadtest/media/link.ts';
import type { Flow } from '../../../loadtest/media/receiver-log.ts';
import { pairsOf, type PairWindow } from '../../../loadtest/run/pairs.ts';
import { client } from './synthetic-client.ts';

const said = (sender: number, speech: number): SentStream => ({
  sender,
  kind: 'audio',
  encoding: 0,
  packets: speech,
  speech,
});
const heard = (receiver: number, sender: number, lastSpeech: number | undefined): Flow => ({
  receiver,
  sender,
  kind: 'audio',
  encoding: 0,
  first: 0,
  last: 0,
  delivered: 1,
  lost: 0,
  lastSpeech,
  shownUs: undefined,
});
const saw = (receiver: number, sender: number, shownS: number): Flow => ({
  ...heard(receiver, sender, undefined),
  kind: 'video',
  shownUs: shownS * 1e6,
});

/** From second 100 to 120. */
function pairs(
  change: Partial<PairWindow> & { flows?: readonly Flow[]; sent?: readonly SentStream[] },
) {
  const { flows = [], sent = [], ...rest } = change;
  const times = { beganUs: 100e6, endedUs: 120e6 };
  return pairsOf({ members: [], before: [], after: { flows, sent }, ...times, ...rest });
}

describe('pairsOf', () => {
  const everybody = [1, 2, 3].map((participant) => client(participant));
  const sent = [1, 2, 3].map((sender) => said(sender, 500));
  const all = [1, 2, 3].flatMap((to) => [1, 2, 3].map((from) => heard(to, from, 499)));

  it('finds one who does not hear one other', () => {
    expect(pairs({ members: everybody, sent, flows: all })).toMatchObject({
      voices: 6,
      unheard: 0,
    });
    const flows = all.filter(({ receiver, sender }) => receiver !== 3 || sender !== 1);
    expect(pairs({ members: everybody, sent, flows })).toMatchObject({ voices: 6, unheard: 1 });
  });

  it('finds a voice that is not heard any more, and none in a cut word or a pause', () => {
    const members = [client(1), client(2, { audio: 'none' })];
    const after = (lastSpeech: number | undefined, before: number) =>
      pairs({
        members,
        sent: [said(1, 500)],
        before: [said(1, before)],
        flows: [heard(2, 1, lastSpeech)],
      });
    expect(after(449, 0)).toMatchObject({ voices: 1, unheard: 1 });
    expect(after(460, 0)).toMatchObject({ voices: 1, unheard: 0 });
    expect(after(undefined, 0)).toMatchObject({ voices: 1, unheard: 1 });
    // Nine words, of which nobody can say whether they should have come.
    expect(after(undefined, 491)).toMatchObject({ voices: 0, unheard: 0 });
    const long = pairs({
      members,
      sent: [said(1, 70_000)],
      before: [said(1, 69_000)],
      flows: [heard(2, 1, 69_999 & 0xffff)],
    });
    expect(long).toMatchObject({ voices: 1, unheard: 0 });
  });

  it('finds a camera that is not seen, or not any more', () => {
    const members = everybody.map((each) => ({ ...each, audio: 'none', video: 'VP8' }) as const);
    const flows = [saw(1, 2, 119), saw(1, 3, 119), saw(2, 1, 119), saw(2, 3, 117), saw(3, 1, 119)];
    expect(pairs({ members, flows })).toMatchObject({ views: 6, unseen: 2 });
    // Which one of two it is does not matter.
    const one = members.map((each) => ({ ...each, lastN: 1 }));
    expect(pairs({ members: one, flows })).toMatchObject({ views: 3, unseen: 0 });
  });

  it('judges no voice of a room with more of them than the bridge sends', () => {
    const flows = all.filter(({ receiver, sender }) => receiver !== 3 || sender !== 1);
    const sending = (loudest: number) =>
      pairs({ members: everybody.map((each) => ({ ...each, loudest })), sent, flows });
    expect(sending(2)).toMatchObject({ voices: 0, unheard: 0 });
    expect(sending(3)).toMatchObject({ voices: 6, unheard: 1 });
  });

  it('waits for what is under way, and leaves out networks that make holes', () => {
    const slow = { up: { ...perfectNetwork, delayMs: 1500 }, down: perfectNetwork };
    const lossy = { up: perfectNetwork, down: { ...perfectNetwork, loss: 0.1 } };
    const flows = [heard(2, 1, 400)];
    const from = (network: typeof slow) =>
      pairs({
        members: [client(1, { network }), client(2, { audio: 'none' })],
        sent: [said(1, 500)],
        flows,
      });
    expect(from({ up: perfectNetwork, down: perfectNetwork })).toMatchObject({ unheard: 1 });
    expect(from(slow)).toMatchObject({ voices: 1, unheard: 0 });
    expect(from(lossy)).toMatchObject({ voices: 0, unheard: 0 });
  });
});
