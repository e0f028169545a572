/** Milliseconds of one cycle: a busy part, then an idle one. */
const cycle = 100;

/** Keep the event loop busy for `share` (0 to 1) of the time. Returns a function that ends it. */
export function burnCpu(share: number): () => void {
  const burn = () => {
    const end = performance.now() + cycle * share;
    while (performance.now() < end);
  };
  const timer = setInterval(burn, cycle);
  timer.unref();
  return () => clearInterval(timer);
}

/** Hold memory, filled, since the kernel counts only pages that were written. Returns a function that releases it. */
export function holdMemory(bytes: number): () => void {
  const held: Buffer[] = [Buffer.alloc(bytes, 1)];
  return () => {
    held.length = 0;
  };
}
