import { BlockList, isIP } from 'node:net';

/** The way out of this network, as curl and undici read it from the environment. */
export interface ProxySettings {
  /** For https; where it is absent, `http` serves for both. */
  readonly https: string | undefined;
  readonly http: string | undefined;
  /** Hosts that are asked directly: `example.com` with its subdomains, `host:port`, addresses, CIDR blocks, `*`. */
  readonly noProxy: string | undefined;
}

/** The proxy's URL on the way to `target`; `undefined` where it is asked directly, as this machine always is. */
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

/** Host and optional port; an IPv6 address has its port behind brackets. */
const ENTRY = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+|[\da-f:.]*:[\da-f:.]*:[\da-f:./]*))(?::(?<port>\d+))?$/;

function exempts(entry: string, host: string, port: string): boolean {
  const { v6, name = v6, port: only } = ENTRY.exec(entry)?.groups ?? {};
  if (name === undefined || (only !== undefined && only !== port)) return false;
  if (name === '*') return true;
  if (name.includes('/')) return contains(blockList(name), host);
  const domain = name.replace(/^\*?\./, '').replace(/(.)\.$/, '$1');
  return (host === domain && !name.startsWith('*')) || (domain !== '' && host.endsWith(`.${domain}`));
}

function contains(blocks: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && blocks.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** A text that is no block of addresses holds no address. */
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
