/** Milliseconds of one turn: so long the loop is busy and free again in the given shares. */
const turn = 100;

/** Keep the event loop busy for `share` (0 to 1) of the time. Returns the function that ends it. */
export function burnCpu(share: number): () => void {
  const burn = () => {
    const end = performance.now() + turn * share;
    while (performance.now() < end);
  };
  const timer = setInterval(burn, turn);
  timer.unref();
  return () => clearInterval(timer);
}

/** Hold memory that really is in use: pages only count once they are written. */
export function holdMemory(bytes: number): () => void {
  const held: Buffer[] = [Buffer.alloc(bytes, 1)];
  return () => {
    held.length = 0;
  };
}
