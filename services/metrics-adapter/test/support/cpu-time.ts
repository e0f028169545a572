/** CPU time of this process in milliseconds until an action is over. Unlike the time on the wall it is about the same on a busy machine. */
export async function cpuTimeOf(action: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  return since(before);
}

/** The least that an action takes in three runs; compare it for two sizes of the same work. */
export function leastCpuTime(action: () => void): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    action();
    return since(before);
  });
  return Math.min(...times);
}

function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
