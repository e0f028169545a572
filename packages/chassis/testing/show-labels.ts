import { Registry } from 'prom-client';

/** To be preloaded (`node --import`): at the end of each exposition every metric also has a sample with all its labels, all empty. */
// oxlint-disable-next-line typescript/unbound-method -- it is called with its registry below
const { metrics } = Registry.prototype;
Registry.prototype.metrics = async function () {
  const all = this.getMetricsAsArray() as unknown as { name: string; labelNames: string[] }[];
  const samples = all.map(({ name, labelNames }) => `${name}{${labelNames.map((label) => `${label}=""`).join()}} 0\n`);
  return `${await metrics.call(this)}${samples.join('')}`;
};
