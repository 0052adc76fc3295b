import type { AuthKind, ConsentAuth, RenewedAuth } from './contract.ts';

export const isRenewed = (auth: AuthKind<any>): auth is RenewedAuth => 'tokenUrl' in auth;
export const isConsent = (auth: AuthKind<any>): auth is ConsentAuth => auth.kind === 'oauth2';
