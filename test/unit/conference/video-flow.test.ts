import { expect, it } from 'vitest';
import { newTotals } from '../../../src/conference/totals.ts';
import { VideoFlow } from '../../../src/conference/video-flow.ts';
import { sourceName } from '../../../src/model/ids.ts';

const source = sourceName('a-v0');
const camera = { source, arriving: true };

function watched() {
  const totals = newTotals();
  return { totals, flow: new VideoFlow(totals) };
}

it('measures how long a stream takes to start', () => {
  const { totals, flow } = watched();
  flow.plan([camera], 1000);
  expect([flow.planned, flow.waiting]).toEqual([1, 1]);
  flow.report(source, true, 1250);
  expect([flow.planned, flow.waiting]).toEqual([1, 0]);
  expect(totals).toMatchObject({ videoStarts: 1, videoStartMs: 250, videoFreezes: 0 });
});

it('counts a stop that ends as a freeze, however often the plan is made anew meanwhile', () => {
  const { totals, flow } = watched();
  flow.plan([camera], 0);
  flow.report(source, true, 0);
  flow.report(source, false, 5000);
  flow.plan([camera], 5500);
  flow.report(source, true, 6000);
  flow.report(source, true, 7000);
  expect(totals).toMatchObject({ videoStarts: 1, videoFreezes: 1, videoFreezeMs: 1000 });
});

it('counts no freeze when the stream is no longer to be sent', () => {
  const { totals, flow } = watched();
  flow.plan([camera], 0);
  flow.report(source, true, 0);
  flow.report(source, false, 5000);
  flow.plan([], 5500);
  flow.report(source, true, 6000);
  expect(flow.planned).toBe(0);
  expect(totals.videoFreezes).toBe(0);
});

it('counts no freeze and no late start while the sender itself is silent', () => {
  const { totals, flow } = watched();
  flow.plan([camera], 0);
  flow.report(source, true, 0);
  flow.report(source, false, 5000);
  flow.plan([{ source, arriving: false }], 5500);
  flow.plan([camera], 60_000);
  flow.report(source, true, 60_200);
  expect(totals).toMatchObject({ videoFreezes: 0, videoStarts: 2, videoStartMs: 200 });
});
