/** A spatial and a temporal layer, from 0. */
export type LayerOfFrame = { readonly spatial: number; readonly temporal: number };

const FIXED_BITS = 24;
const FLAG_BITS = 5;
const next = { sameLayer: 0, temporalLayer: 1, spatialLayer: 2 } as const;

/**
 * Which layer each packet of a key frame and of the pictures after it is in, as the dependency descriptor with the key frame's structure
 * says (AV1 RTP payload format, appendix A: template_dependency_structure, template_layers).
 *
 * @returns takes the descriptor of any packet
 */
export function descriptorLayers(ofKeyFrame: Buffer): (descriptor: Buffer) => LayerOfFrame {
  const bits = [...ofKeyFrame].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let at = FIXED_BITS + FLAG_BITS;
  const take = (count: number) => Number.parseInt(bits.slice(at, (at += count)), 2);
  const firstId = take(6);
  take(5); // decode targets
  const templates: LayerOfFrame[] = [{ spatial: 0, temporal: 0 }];
  for (let step = take(2); step <= next.spatialLayer; step = take(2)) {
    const { spatial, temporal } = templates.at(-1)!;
    if (step === next.sameLayer) templates.push({ spatial, temporal });
    else if (step === next.temporalLayer) templates.push({ spatial, temporal: temporal + 1 });
    else templates.push({ spatial: spatial + 1, temporal: 0 });
  }
  return (descriptor) => {
    const id = (descriptor[0] ?? 0) & 0x3f;
    const layer = templates[(id - firstId + 64) % 64];
    if (!layer) throw new Error(`the structure has no template ${id}`);
    return layer;
  };
}
