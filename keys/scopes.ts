/** Keys that belong to no company, by what they seal. A company's own scope is its id. */
export const scopes = {
  /** Values in rows of ours that no company owns. A rotation seals them again. */
  platform: 'platform',
  /** What goes into Temporal's histories, which nobody can seal again: older versions stay, so that old histories open. */
  temporal: 'temporal',
  /** Anchors of the audit log, also those that were kept elsewhere. */
  anchors: 'audit_anchors',
  /** Fingerprints by which an erased number is known again. They cannot be made anew, so no rotation replaces this key. */
  fingerprints: 'fingerprints',
} as const;

/** Scopes whose older versions are kept for good, because what they sealed cannot be sealed again. */
export const lastingScopes: string[] = [scopes.temporal, scopes.anchors, scopes.fingerprints];

/** Scopes that keep their first key: a rotation of data keys passes over them. A new master key wraps it like any other. */
export const fixedScopes: string[] = [scopes.fingerprints];
