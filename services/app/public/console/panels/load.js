import { facts, h, show } from '../dom.js';
import { amount } from '../format.js';

export function showLoad(section, { overload }) {
  show(
    section,
    overload.shedding && h('p', { class: 'detail' }, `Shedding load: ${overload.reasons.join(', ')}`),
    facts([
      ['Requests in flight', overload.inFlight],
      ['Event-loop delay', `${amount(overload.eventLoopDelayMs)} ms`],
      [
        'Heap in use',
        h(
          'meter',
          { min: 0, max: 1, high: 0.9, value: overload.heapUsedRatio },
          `${Math.round(overload.heapUsedRatio * 100)} %`,
        ),
      ],
      ['Requests shed', overload.shedTotal],
    ]),
  );
}
