/**
 * Milliseconds from now on: the larger of what the monotonic and the wall clock say. The first stands still while a machine is
 * suspended, the second may be set; whichever is wrong, a lease ends too early and never too late.
 */
export function stopwatch(): () => number {
  const monotonic = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}
