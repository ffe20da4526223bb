import { BlockList, isIP } from 'node:net';

/** The proxies for outgoing requests, with the meaning that curl and undici give to their environment variables. */
export interface ProxySettings {
  /** The proxy for https; without it, `http` applies to both. */
  readonly https: string | undefined;
  readonly http: string | undefined;
  /** Hosts without a proxy: `example.com` with its subdomains, `host:port`, addresses, CIDR blocks, `*`. */
  readonly noProxy: string | undefined;
}

/** The URL of the proxy for `target`; `undefined` without a proxy, and always for loopback hosts. */
export function proxyFor(target: string, { https, http, noProxy = '' }: ProxySettings): string | undefined {
  const url = new URL(target);
  const proxy = url.protocol === 'https:' ? (https ?? http) : http;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/(.)\.$/, '$1');
  if (proxy === undefined || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).some((entry) => exempts(entry.toLowerCase(), host, port)) ? undefined : proxy;
}

const LOOPBACK = blockList('127.0.0.0/8', '::1/128');

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || contains(LOOPBACK, host);
}

/** A host with an optional port. An IPv6 address with a port is in brackets. */
const ENTRY = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+|[\da-f:.]*:[\da-f:.]*:[\da-f:./]*))(?::(?<port>\d+))?$/;

function exempts(entry: string, host: string, port: string): boolean {
  const { v6, name = v6, port: entryPort } = ENTRY.exec(entry)?.groups ?? {};
  if (name === undefined || (entryPort !== undefined && entryPort !== port)) return false;
  if (name === '*') return true;
  if (name.includes('/')) return contains(blockList(name), host);
  const domain = name.replace(/^\*?\./, '').replace(/(.)\.$/, '$1');
  return (host === domain && !name.startsWith('*')) || (domain !== '' && host.endsWith(`.${domain}`));
}

function contains(blocks: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && blocks.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Ignores texts that are not CIDR blocks. */
function blockList(...blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits = ''] = block.split('/');
    const version = isIP(address);
    if (version === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 6 ? 128 : 32)) continue;
    list.addSubnet(address, Number(bits), version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
