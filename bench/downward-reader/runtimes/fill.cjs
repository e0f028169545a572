// Fill the heap that NODE_OPTIONS allows, in one process or in WEB_CONCURRENCY workers. Then write a file into FULL and hold it.
const cluster = require('node:cluster');
const { writeFileSync } = require('node:fs');

if (process.argv[2] === 'cluster' && cluster.isPrimary) {
  for (let left = Number(process.env.WEB_CONCURRENCY ?? 1); left > 0; left -= 1) cluster.fork();
} else {
  const heap = Number(/--max-old-space-size=(\d+)/.exec(process.env.NODE_OPTIONS)[1]) * 2 ** 20;
  const all = [];
  while (process.memoryUsage().heapUsed < heap * 0.93) all.push(Array.from({ length: 10_000 }, (_, at) => at + 0.5));
  writeFileSync(`${process.env.FULL}/${process.pid}`, '');
  setInterval(() => all.length, 1000);
}
