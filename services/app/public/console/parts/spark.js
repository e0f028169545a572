import { html } from '../lib/html.js';

const width = 160;
const height = 24;

/** A small chart of one series, with its highest and lowest value; of a counter, its growth per second. */
export function Spark({ points, grows, format, name }) {
  const values = grows ? rates(points) : points;
  if (values.length < 2) return html`<span class="quiet">–</span>`;
  const numbers = values.map(([, value]) => value);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const from = values[0][0];
  const to = values.at(-1)[0];
  const x = (at) => ((at - from) / (to - from || 1)) * width;
  const y = (value) => height - 2 - ((value - low) / (high - low || 1)) * (height - 4);
  const path = values
    .map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  const per = grows ? '/s' : '';
  return html`
    <span class="spark">
      <svg viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img" aria-label=${`${name} from ${format(low)}${per} to ${format(high)}${per}`}>
        <path d=${path} />
      </svg>
      <span class="spark-axis quiet"><span>${format(high)}${per}</span><span>${format(low)}${per}</span></span>
    </span>
  `;
}

function rates(points) {
  return points.slice(1).map(([at, value], index) => {
    const [before, old] = points[index];
    return [at, Math.max(0, value - old) / ((at - before) / 1000)];
  });
}
