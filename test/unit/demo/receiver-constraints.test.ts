import { expect, it } from 'vitest';
import { receiverConstraints } from '../../../demo/page/call/receiver-constraints.ts';

it('asks for what is shown, by its size, and for nothing else', () => {
  const tile = { onStage: false, screenShare: false };
  expect(
    receiverConstraints([
      { source: 'a-v0', heightPx: 200, ...tile },
      { source: 'b-v0', heightPx: 400, ...tile },
      { source: 'c-v0', heightPx: 900, ...tile, onStage: true },
      { source: 'd-v1', heightPx: 900, ...tile, screenShare: true },
    ]),
  ).toEqual({
    onStageSources: ['c-v0'],
    selectedSources: ['d-v1'],
    defaultConstraints: { maxHeight: 0 },
    constraints: {
      'a-v0': { maxHeight: 180 },
      'b-v0': { maxHeight: 360 },
      'c-v0': { maxHeight: 720 },
      'd-v1': { maxHeight: 100_000 },
    },
  });
});
