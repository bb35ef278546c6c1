/** A run that cannot be finished as planned; it still has a report, of what was seen so far. */
export class RunEnded extends Error {
  override readonly name = 'RunEnded';
  /**
   * `interrupted`: somebody wanted it; what was measured stands. `untested`: what was to be tested did not happen. `broken`: a part of
   * the load tester itself is gone.
   */
  readonly how: 'interrupted' | 'untested' | 'broken';

  constructor(how: RunEnded['how'], reason: string) {
    super(reason);
    this.how = how;
  }
}
