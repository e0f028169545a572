/** One source of each kind that the adapter has, with PromQL for the values that change. */
export const moving: Record<string, readonly string[]> = {
  'JSON by JSONPath': ['shop_orders_total', 'shop_stock_items'],
  "JSON by a module of json_exporter's": ['shop_shelf_items'],
  'Prometheus text': ['shop_text_requests_total'],
  OpenMetrics: ['shop_open_requests_total', 'shop_open_seconds_count'],
  'key=value': ['shop_workers'],
  'CSV over HTTP': ['shop_queue_depth'],
  'StatsD over UDP': ['shop_udp_total', 'shop_udp_seconds_count'],
  'StatsD over TCP': ['shop_tcp_total'],
  'StatsD over a Unix socket': ['shop_unix_total'],
  'log lines by regex': ['shop_regex_lines_total'],
  'log lines in logfmt': ['histogram_sum(shop_logfmt_seconds)'],
  'log lines in JSON': ['shop_jsonl_bytes_total'],
  'log lines in CSV': ['shop_csvlog_seconds_total'],
};

/** Sources that the adapter requests over HTTP at each scrape. These have `adapter_up`. */
export const pulled = ['paths', 'module', 'text', 'open', 'pairs', 'table'];

/** A histogram with native buckets, from StatsD timings. */
export const nativeHistogram = 'shop_latency_seconds';

export const logFiles = ['regex.log', 'logfmt.log', 'lines.jsonl', 'table.csv'] as const;

/** `app` is the address of the application, `statsd` the port of StatsD for UDP and TCP. */
export function adapterConfig(folder: string, { app, statsd }: { app: string; statsd: number }): string {
  return `
json:
  - { name: paths, url: '${app}/json', metrics: [
      { name: shop_orders_total, type: counter, value: $.orders },
      { name: shop_stock_items, type: gauge, path: '$.stock[*]', labels: { item: '@.name' }, value: '@.left' }] }
  - { name: module, url: '${app}/json', module: shelf }
modules:
  shelf: { metrics: [{ name: shop_shelf, help: Shelf., type: object, path: '{.stock[*]}', labels: { item: '{.name}' }, values: { items: '{.left}' } }] }
prometheus: [{ name: text, url: '${app}/text' }, { name: open, url: '${app}/open' }]
keyValue: [{ name: pairs, url: '${app}/pairs', metrics: [{ name: shop_workers, type: gauge, match: workers }] }]
csv: [{ name: table, url: '${app}/table', metrics: [{ name: shop_queue_depth, type: gauge, value: depth, labels: { queue: queue } }] }]
statsd:
  - udp: '127.0.0.1:${statsd}'
    tcp: '127.0.0.1:${statsd}'
    unixStream: ${folder}/statsd.sock
    mapping:
      mappings:
        - { match: 'shop.latency.*', name: ${nativeHistogram}, observer_type: histogram, histogram_options: { native_histogram_bucket_factor: 1.1 }, labels: { op: $1 } }
        - { match: 'shop.*.seconds', name: 'shop_$\{1}_seconds', observer_type: summary }
        - { match: 'shop.*.count', name: 'shop_$\{1}_total' }
logs:
  - { name: regex, files: ['${folder}/regex.log'], rules: [{ match: '^(?P<level>\\w+) ', metrics: [
      { name: shop_regex_lines_total, type: counter, labels: { level: $level } }] }] }
  - { name: logfmt, files: ['${folder}/logfmt.log'], format: logfmt, rules: [{ metrics: [
      { name: shop_logfmt_seconds, type: histogram, value: $seconds, nativeFactor: 1.1 }] }] }
  - { name: lines, files: ['${folder}/lines.jsonl'], format: json, rules: [{ metrics: [
      { name: shop_jsonl_bytes_total, type: counter, value: '$\{answer.bytes}' }] }] }
  - { name: csvlog, files: ['${folder}/table.csv'], format: csv, rules: [{ metrics: [
      { name: shop_csvlog_seconds_total, type: counter, value: $seconds }] }] }
`;
}
