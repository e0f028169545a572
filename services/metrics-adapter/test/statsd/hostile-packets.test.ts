import { expect, test } from 'vitest';
import { scrapeStatsd } from '../support/statsd-adapter.ts';

type Row = {
  what: string;
  packet: string;
  samples: string[];
  errors?: string[];
  mapping?: string;
};

const histograms = 'defaults: { observer_type: histogram, histogram_options: { buckets: [1] } }';
/** The lines of a summary; `labels` ends with a comma, and `sum` is `quantile/sum` where the two differ. */
const summary = (name: string, labels: string, sum: string, count: number) => [
  ...['0.5', '0.9', '0.99'].map((quantile) => `${name}{${labels}quantile="${quantile}"} ${sum.split('/')[0]}`),
  `${name}_sum${labels === '' ? '' : `{${labels.slice(0, -1)}}`} ${sum.split('/').at(-1)}`,
  `${name}_count${labels === '' ? '' : `{${labels.slice(0, -1)}}`} ${count}`,
];

/** In statsd_exporter each packet ends the process, breaks every later scrape, spoils a series, or loses a sample. */
const rows: Row[] = [
  {
    what: 'a tag named quantile on a summary (there: the process ends)',
    packet: 'q:1|ms|#quantile:x',
    samples: summary('q', 'exported_quantile="x",', '0.001', 1),
  },
  {
    what: 'a tag named le on a histogram (there: the process ends)',
    packet: 'h:1|ms|#le:x',
    mapping: histograms,
    samples: [
      'h_bucket{exported_le="x",le="1"} 1',
      'h_bucket{exported_le="x",le="+Inf"} 1',
      'h_sum{exported_le="x"} 0.001',
      'h_count{exported_le="x"} 1',
    ],
  },
  {
    what: 'a tag named __name__ (there: every later scrape is 500)',
    packet: 'c:1|c|#__name__:e',
    samples: ['c{exported___name__="e"} 1'],
  },
  {
    what: 'a rate of one in ten million (there: 5 s of CPU and 1 GB)',
    packet: 'z:1|ms|@0.0000001',
    samples: summary('z', '', '0.001/10000', 10_000_000),
  },
  {
    what: 'a counter of NaN (there: NaN for ever)',
    packet: 'nan:NaN|c',
    samples: [],
    errors: ['sample_errors_total{reason="malformed_value",source="statsd"} 1'],
  },
  {
    what: 'a counter of Inf (there: +Inf for ever)',
    packet: 'inf:Inf|c',
    samples: [],
    errors: ['sample_errors_total{reason="malformed_value",source="statsd"} 1'],
  },
  {
    what: 'a counter that its rate makes too large (there: +Inf for ever)',
    packet: 'big:1e308|c|@0.001',
    samples: [],
    errors: ['sample_errors_total{reason="malformed_value",source="statsd"} 1'],
  },
  {
    what: 'a container id without tags (there: the sample is lost)',
    packet: 'cid:1|c|c:abc',
    samples: ['cid{container_id="abc"} 1'],
  },
  { what: 'a cardinality field (there: the sample is lost)', packet: 'x:1|c|card:low', samples: ['x 1'] },
  { what: 'external data (there: the sample is lost)', packet: 'x:1|c|e:it-false,cn-app', samples: ['x 1'] },
  { what: 'lines that end with CRLF (there: the first is lost)', packet: 'a:1|c\r\nb:1|c', samples: ['a 1', 'b 1'] },
  {
    what: 'an event (there: counted as malformed)',
    packet: '_e{5,4}:title|text',
    samples: [],
    errors: ['ignored_total{kind="event",source="statsd"} 1'],
  },
  {
    what: 'a service check (there: counted as malformed)',
    packet: '_sc|check|0',
    samples: [],
    errors: ['ignored_total{kind="service_check",source="statsd"} 1'],
  },
  {
    what: 'numbers in hexadecimal and with underscores (there: taken)',
    packet: 'hex:0x10p0|c\nunder:1_000|c',
    samples: [],
    errors: ['sample_errors_total{reason="malformed_value",source="statsd"} 2'],
  },
];

test.each(rows)('$what harms no other sample', async ({ packet, samples, errors = [], mapping = '' }) => {
  const scraped = await scrapeStatsd(mapping, `good:1|c\n${packet}\ngood:2|c`, 'good:4|c');
  const counted = scraped.own.filter((line) => /(?:error|ignored|conflict).* [1-9]/.test(line));
  expect(scraped.samples.filter((line) => !line.startsWith('good'))).toEqual(samples);
  expect(scraped.samples).toContain('good 7');
  expect(counted).toEqual(errors.map((error) => `adapter_statsd_${error}`));
});
