import { describe } from 'vitest';
import { placeApart } from './media-fixture.ts';

// What holds for a conference on one worker holds for one on two: the same tests, sender and receiver apart.
placeApart();
// First: it looks at the log, where workers of other tests that end would say so.
describe('between two workers,', async () => {
  await import('./leaving.test.ts');
});
describe('between two workers', async () => {
  await import('./forwarding.test.ts');
});
describe('between two workers, layers:', async () => {
  await import('./layers.test.ts');
});
describe('between two workers, over loss:', async () => {
  await import('./layers-over-loss.test.ts');
});
