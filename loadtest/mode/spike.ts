import { ms } from '../report/figures.ts';
import type { Run } from '../run/run.ts';
import type { Load } from './mode.ts';

/** From the smallest size to the largest at once and back: what those who were there before notice of it. */
export async function spike(run: Run, load: Load): Promise<readonly string[]> {
  const [small = 1] = load.sizes;
  const large = load.sizes.at(-1) ?? small;
  const measure = async (when: string, size: number, perSecond: number) => {
    const joins = await run.become(load.clients(size), perSecond);
    return run.measure(`${when}: ${load.nameOf(size)}`, load.stepSeconds, joins);
  };
  const before = await measure('before', small, load.joinsPerSecond);
  const during = await measure('spike', large, 0);
  const after = await measure('after', small, load.joinsPerSecond);
  const delay = (step: typeof before) => ms((step.audio.delayMs ?? step.video.delayMs)?.p99);
  return [
    `delay p99: ${delay(before)} before, ${delay(during)} in the spike, ${delay(after)} after`,
    `audio gaps: ${before.audioGaps} before, ${during.audioGaps} in the spike, ${after.audioGaps} after`,
  ];
}
