// Dependency descriptors (AV1 RTP payload format, appendix A) of one picture in three temporal layers, with libvpx's pattern.
import { BitWriter } from './picture-headers.ts';

/** Indications for the decode targets of one, two and three layers: may be switched to here, required, discardable, absent. */
const indications = { S: 2, R: 3, D: 1, '-': 0 } as const;
type Template = { readonly layer: number; readonly targets: string };

const templates: readonly Template[] = [
  { layer: 0, targets: 'SSS' },
  { layer: 0, targets: 'SRR' },
  { layer: 1, targets: '-SS' },
  { layer: 1, targets: '-RR' },
  { layer: 2, targets: '--D' },
];
/** Templates of eight frames: the second half builds on the first. */
const pattern = [0, 4, 2, 4, 1, 4, 3, 4];
const targetCount = 3;

/** Of the frame with this number, counted from a key frame; the temporal layer and the descriptor. */
export function temporalDescriptor(frame: number): { layer: number; descriptor: Buffer } {
  const id = pattern[frame % pattern.length]!;
  const writer = new BitWriter().put(2, 3).put(6, id).put(16, frame); // a whole frame
  if (frame === 0) putStructure(writer);
  return { layer: templates[id]!.layer, descriptor: writer.bytes() };
}

function putStructure(writer: BitWriter): void {
  writer.put(1, 1).put(1, 0).put(3, 0).put(6, 0);
  writer.put(5, targetCount - 1);
  for (const [index, { layer }] of templates.entries()) {
    const next = templates[index + 1];
    writer.put(2, next === undefined ? 3 : next.layer - layer);
  }
  for (const { targets } of templates)
    for (const target of targets) writer.put(2, indications[target as keyof typeof indications]);
  writer.put(templates.length, 0); // no frame differences
  writer.put(2, 0); // no chains: ns(4)
  writer.put(1, 0); // no sizes
}
