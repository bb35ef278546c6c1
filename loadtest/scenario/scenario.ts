import type { ClientSpec } from '../client/client-spec.ts';
import type { NetworkProfile } from '../media/link.ts';
import type { VideoCodec } from '../media/trace.ts';

/** What every participant of a run shares; the user's knobs. */
export type Knobs = {
  readonly codec: VideoCodec;
  readonly channel: ClientSpec['channel'];
  readonly lastN: number;
  readonly network: NetworkProfile;
  /** Of rooms with several people; `stage` follows the speaker. */
  readonly view: 'tile' | 'stage';
};

/** A participant as a scenario describes it: everything but its number. */
export type Role = Omit<ClientSpec, 'participant' | 'network' | 'channel' | 'lastN'>;

/** Who is in which room at each size of a load. A larger size has all participants of a smaller one, in the same order. */
export type Scenario = {
  readonly name: string;
  readonly summary: string;
  /** The steps `step` and `quick` climb. */
  readonly sizes: readonly number[];
  /** How many start to join a second; 0 = all at once. */
  readonly joinsPerSecond: number;
  readonly describe: (size: number) => string;
  readonly roles: (size: number, knobs: Knobs) => readonly Role[];
};

/** The clients of a size. `first` is the number of the first participant: runs on one bridge must not share any. */
export function clientsOf(
  scenario: Scenario,
  size: number,
  knobs: Knobs,
  first: number,
): readonly ClientSpec[] {
  const { channel, lastN, network } = knobs;
  return scenario.roles(size, knobs).map((role, index) => ({
    ...role,
    participant: first + index,
    channel,
    lastN,
    network: { up: network, down: network },
  }));
}
