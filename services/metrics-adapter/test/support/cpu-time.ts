/** CPU time of this process in milliseconds until an action ends. On a busy machine it is about the same. */
export async function measureCpuTime(action: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  return since(before);
}

/** The least CPU time of three runs of an action, to compare two sizes of the same work. */
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
