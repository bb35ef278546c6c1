/**
 * Waits until `problem` returns undefined; a test that waits in vain fails with the last problem it named.
 *
 * @param problem why what is waited for is not so yet
 */
export async function until(
  problem: () => string | undefined | Promise<string | undefined>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const why = await problem();
    if (why === undefined) return;
    if (Date.now() > deadline) throw new Error(`after ${timeoutMs} ms still: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
