import type { SentStream } from '../client/media-sender.ts';
import type { Flow } from '../media/receiver-log.ts';
import { framesBetween } from '../media/stamp.ts';
import type { Conservation } from '../report/report.ts';

/** Streams may stop this many packets before the sender did: what was under way when the run ended. */
const TOLERATED_MISSING = 0.001;
/** Statistics may be a second old, and nobody counts STUN and DTLS alike. */
const TOLERATED_WIRE = 0.02;

type Kind = 'audio' | 'video';

/**
 * Follows each stream of each sender to each receiver by the sender's own packet numbers. From the first packet a receiver got to
 * the last one sent: what was delivered, what the receiver missed by RTP sequence number, what the bridge took out without a
 * gap, and what is missing at the end. Senders must have stopped, and what was under way must have arrived.
 */
export function checkConservation(
  flows: readonly Flow[],
  sent: readonly SentStream[],
  rest: {
    readonly wire: Conservation['wire'];
    readonly uncompared?: Conservation['uncompared'];
    readonly misattributed: number;
    /** Receivers that left before the end: nobody knows what would still have come. */
    readonly left: ReadonlySet<number>;
    /** Receivers that the bridge sends the loudest voices only. */
    readonly inPart?: ReadonlySet<number>;
  },
): Conservation {
  const streams = new Map(sent.map((stream) => [keyOf(stream), stream]));
  const rows = (['audio', 'video'] as const).map((kind) => {
    const sums = { kind, offered: 0, delivered: 0, lost: 0, withheld: 0, missing: 0 };
    for (const flow of flows.filter((each) => each.kind === kind)) {
      const tail = rest.left.has(flow.receiver) ? notCome : tailOf(flow, streams.get(keyOf(flow)));
      const { packets } = tail;
      const speech = rest.inPart?.has(flow.receiver) === true ? 0 : tail.speech;
      const span = flow.last - flow.first + 1;
      sums.offered += span + packets;
      // A layer that stops is held back like any other, and so is silence; a voice that stops has no reason to.
      sums.missing += speech;
      sums.withheld += packets - speech;
      sums.delivered += flow.delivered;
      sums.lost += Math.min(flow.lost, span - flow.delivered);
      sums.withheld += Math.max(0, span - flow.delivered - flow.lost);
    }
    return sums;
  });
  const notes = notesOf(rows, flows, rest);
  return {
    holds: notes.length === 0,
    rows,
    wire: rest.wire,
    uncompared: rest.uncompared,
    misattributed: rest.misattributed,
    notes,
  };
}

const notCome = { packets: 0, speech: 0 };

/** What was sent after the last packet that came, and how much of that was speech. */
function tailOf(flow: Flow, stream: SentStream | undefined): typeof notCome {
  if (!stream) return notCome;
  const packets = Math.max(0, stream.packets - 1 - flow.last);
  const isVoice = flow.lastSpeech !== undefined;
  const speech = isVoice ? framesBetween(flow.lastSpeech, stream.speech - 1) : 0;
  return { packets, speech: Math.min(packets, Math.max(0, speech)) };
}

function notesOf(
  rows: Conservation['rows'],
  flows: readonly Flow[],
  { wire, misattributed }: Pick<Conservation, 'wire' | 'misattributed'>,
): string[] {
  const notes: string[] = [];
  const audio = rows.find(({ kind }) => kind === 'audio');
  if (audio && audio.missing > Math.max(flows.length, audio.offered * TOLERATED_MISSING)) {
    notes.push(`${audio.missing} audio packets of voices that just stopped are not accounted for`);
  }
  const overfull = flows.filter((flow) => flow.delivered > flow.last - flow.first + 1);
  if (overfull.length > 0) notes.push(`${overfull.length} streams delivered more than was sent`);
  if (wire && !agrees(wire)) {
    const { media, datagrams, lost } = wire.received;
    notes.push(
      `the bridge says it sent ${wire.sentByBridge} packets; ${media} of media and ${datagrams} of any kind arrived, ${lost} were lost on the way`,
    );
  }
  if (misattributed > 0) {
    notes.push(`${misattributed} packets are of another source than the bridge's map says`);
  }
  return notes;
}

function agrees({ sentByBridge, received }: NonNullable<Conservation['wire']>): boolean {
  // A JVB counts what it sent to an endpoint when the endpoint expires.
  if (sentByBridge === 0) return true;
  const tolerance = sentByBridge * TOLERATED_WIRE + 50;
  const { media, datagrams, lost } = received;
  return sentByBridge > media - tolerance && sentByBridge < datagrams + lost + tolerance;
}

function keyOf({
  sender,
  kind,
  encoding,
}: {
  sender: number;
  kind: Kind;
  encoding: number;
}): string {
  return `${sender}/${kind}/${encoding}`;
}
