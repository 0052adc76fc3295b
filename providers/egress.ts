/**
 * Where calls may go whose address comes from an admin or from a provider: to public addresses, over TLS, on the ports of HTTPS. The
 * check stands in the connector, so the address that was checked is the one that is connected to: a name that leads elsewhere a
 * moment later (DNS rebinding) wins nothing.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, type Dispatcher } from 'undici';

/** Nothing was sent. The message names the host as it was given, and never what it leads to: that may be ours to know alone. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
  constructor(host: string) {
    super(`${host} may not be called: it is not a public address over HTTPS. ALLOW_PRIVATE_ADDRESSES can allow it.`);
  }
}

export interface EgressOptions {
  /** Networks in CIDR form that may be called all the same, by any scheme and port: `10.1.0.0/16`, `::1/128`. */
  allow?: readonly string[];
  /** Another resolver, for tests. */
  lookup?: LookupFunction;
}

const ports = new Set(['', '443', '8443']);

/** A dispatcher for undici's `request`. One for the whole process: it keeps connections open by origin. */
export function createEgress({ allow = [], lookup = systemLookup }: EgressOptions = {}): Dispatcher {
  const networks = allow.map((network) => ipaddr.parseCIDR(network));
  const isListed = (address: string) => networks.some((network) => contains(network, address));
  const toListed = guard(isListed, lookup);
  const toPublic = guard((address) => isListed(address) || isPublicAddress(address), lookup);
  return new Agent({
    connect: (options, callback) =>
      (options.protocol === 'https:' && ports.has(options.port) ? toPublic : toListed)(options, callback),
  });
}

/** An address without a name is never looked up, so it is checked here; a name is checked when it is looked up. */
function guard(mayCall: (address: string) => boolean, lookup: LookupFunction): buildConnector.connector {
  const connect = buildConnector({ lookup: onlyThose(mayCall, lookup) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && !mayCall(host)) callback(new AddressRefused(host), null);
    else connect(options, callback);
  };
}

function onlyThose(mayCall: (address: string) => boolean, lookup: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      const addresses = (error ? [] : (found as LookupAddress[])).filter(({ address }) => mayCall(address));
      const [first] = addresses;
      if (error || !first) callback(error ?? new AddressRefused(host), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Public by its look, and yet answered by the host it is called from. https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const ownHosts = new Set(['168.63.129.16']);
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether the whole internet means the same host by it. Not: private, loopback, link-local (clouds answer with credentials at
 * 169.254.169.254), shared, multicast, reserved, and IPv6 that carries an IPv4 address inside. What is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || ownHosts.has(parsed.toString())) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}

function contains([network, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number], address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.kind() === network.kind() && parsed.match([network, bits] as [ipaddr.IPv4, number]);
}
