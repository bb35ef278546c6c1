import { readFileSync } from 'node:fs';
import { packageRoot } from '../../demo/launcher/package-root.ts';
import { decodeTrace, type Trace, type TraceFile, type VideoCodec } from '../media/trace.ts';

const loaded = new Map<VideoCodec, Trace>();

/** The trace of a codec as recorded by `record.ts`; read once a process. */
export function loadTrace(codec: VideoCodec): Trace {
  const known = loaded.get(codec);
  if (known) return known;
  const file = new URL(`loadtest/traces/${codec.toLowerCase()}.json`, packageRoot(import.meta.url));
  const trace = decodeTrace(JSON.parse(readFileSync(file, 'utf8')) as TraceFile);
  loaded.set(codec, trace);
  return trace;
}
