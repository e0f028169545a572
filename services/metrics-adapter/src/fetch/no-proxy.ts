import { BlockList, isIP } from 'node:net';

/**
 * Whether a URL is reached without the proxy. The list has the syntax of Go's clients
 * (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config): a name stands for itself and its subdomains, a name with
 * a leading dot for its subdomains only; IP addresses and CIDR ranges; each optionally with a port; `*` stands for all.
 */
export function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => rule !== '' && (rule === '*' || matches(rule, host, port)));
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule.includes('/')) return isWithin(host, rule);
  const [, bracketed, plain = '', wanted] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(rule) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const name = bracketed ?? plain;
  if (isIP(name) !== 0) return isIP(host) !== 0 && isWithin(host, `${name}/${isIP(name) === 4 ? 32 : 128}`);
  if (name.startsWith('*.') || name.startsWith('.')) return host.endsWith(name.replace(/^\*/, ''));
  return host === name || host.endsWith(`.${name}`);
}

function isWithin(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(network, Number(bits), kind);
  return block.check(host, kind);
}
