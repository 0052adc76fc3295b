import { hash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { AllowanceStore } from '../db/app/stores/allowances.ts';
import { createLocalAllowance, createSharedLook } from './allowance.ts';
import { ApiError } from './errors.ts';

/** Requests in a window; 0 for no limit. */
export interface LimitSettings {
  perKeyAMinute: number;
  perAddressAMinute: number;
  failedSignIns: number;
}

/** How often one caller may ask, over all API processes. Each throws `ApiError` 429 when it is too often. */
export interface Limits {
  /** Before anything else is done for a request. */
  request(address: string): Promise<void>;
  /** Before a credential is looked at. What failed at other processes counts within two seconds. */
  signIn(address: string): Promise<void>;
  signInFailed(address: string): Promise<void>;
  /** Before a password is looked at, by the login that it is tried for: guesses from many addresses count together. */
  login(login: string): Promise<void>;
  loginFailed(login: string): Promise<void>;
  /** By key, or by person where a token speaks for one. */
  caller(id: string): Promise<void>;
}

const failuresWindowS = 300;

export function createLimits(store: AllowanceStore, settings: LimitSettings): Limits {
  const open = (name: string, max: number, windowS: number) =>
    max === 0 ? null : opened(store.open({ name, max, windowS }), max);
  const addresses = open('address', settings.perAddressAMinute, 60);
  const failures = open('failed', settings.failedSignIns, failuresWindowS);
  const logins = open('login', settings.failedSignIns, failuresWindowS);
  const callers = open('caller', settings.perKeyAMinute, 60);
  const refuseIf = (waitMs: number, why: string) => {
    const retryAfterS = Math.ceil(waitMs / 1_000);
    if (waitMs > 0) throw new ApiError(429, 'too_many_requests', `${why} Try again in ${retryAfterS} s.`, { retryAfterS });
  };
  const failureWords = `Too many sign-ins from this address failed: at most ${settings.failedSignIns} in ${failuresWindowS / 60} minutes.`;
  const loginWords = `Too many wrong passwords for this e-mail address: at most ${settings.failedSignIns} in ${failuresWindowS / 60} minutes.`;

  return {
    request: async (address) =>
      refuseIf(
        (await addresses?.spend(networkOf(address))) ?? 0,
        `Too many requests from this address: at most ${settings.perAddressAMinute} a minute.`,
      ),
    async signIn(address) {
      const network = networkOf(address);
      refuseIf(failures?.knownWaitMs(network) || ((await failures?.look(network)) ?? 0), failureWords);
    },
    signInFailed: async (address) => refuseIf((await failures?.spend(networkOf(address))) ?? 0, failureWords),
    async login(login) {
      const name = loginName(login);
      refuseIf(logins?.knownWaitMs(name) || ((await logins?.look(name)) ?? 0), loginWords);
    },
    loginFailed: async (login) => refuseIf((await logins?.spend(loginName(login))) ?? 0, loginWords),
    caller: async (id) =>
      refuseIf((await callers?.spend(id)) ?? 0, `Too many requests with this key: at most ${settings.perKeyAMinute} a minute.`),
  };
}

const opened = ({ take, look }: ReturnType<AllowanceStore['open']>, max: number) => ({
  ...createLocalAllowance(take, max),
  look: createSharedLook(look),
});

/** No address of a person stands in the table of allowances. */
const loginName = (login: string) => hash('sha256', login.trim().toLowerCase(), 'base64url');

/** One host: an IPv4 address, or the /64 that a host with IPv6 has to itself and may change its address in (RFC 4291, 2.5.1). */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toNormalizedString()}/64`;
}
