// What a conference could forward, as receivers' decisions see it.
import type { AllocatableSource } from '../allocation/allocation.ts';
import type { EndpointId, SourceName } from '../model/ids.ts';
import type { SourceEncoding } from '../model/source.ts';

/** A video source with an SSRC: what allocation sees of it, and the stream that names it. */
export type ForwardableVideo = AllocatableSource & {
  readonly primary: SourceEncoding;
  /** A moderator muted its owner, whatever the type says. */
  readonly forceMuted: boolean;
  /** Payload type name; undefined until the first packet. */
  readonly codec: string | undefined;
  /** When its sender went on in another codec; undefined = never. */
  readonly codecChangedMs: number | undefined;
};

/** A microphone, or a synthetic voice, that has sent something. */
export type ForwardableAudio = {
  readonly name: SourceName;
  readonly owner: EndpointId;
  readonly primary: SourceEncoding;
  readonly synthetic: boolean;
  /** Sent to whoever does not object: the conference is small, or its owner was heard of late. */
  readonly audible: boolean;
};

/** Everything a conference could forward at one instant, owners by speech activity. */
export type ForwardingView = {
  readonly video: readonly ForwardableVideo[];
  readonly videoByName: ReadonlyMap<SourceName, ForwardableVideo>;
  readonly audio: readonly ForwardableAudio[];
};
