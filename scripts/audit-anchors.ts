/**
 * Anchors the audit chains now and prints the newest anchor of each, a line of JSON each. Keep the output where nobody who may write
 * the database can reach it: `npm run audit:verify -- --anchors <file>` checks the chains against it.
 */
import { withAppStores } from './open-app.ts';
import { orExplain } from './or-explain.ts';

await orExplain(() =>
  withAppStores(async ({ auditAnchors }) => {
    for await (const _ of auditAnchors.anchor(new Date()));
    for await (const anchors of auditAnchors.newest()) for (const anchor of anchors) console.log(JSON.stringify(anchor));
  }),
);
