/** Suites that take a minute or more begin first: one that began last would keep a worker while the other has nothing left to do. */
import sequencer from '@jest/test-sequencer';

const { default: Sequencer = sequencer } = sequencer;
const longest = [
  'test/keys/rotation.test.ts',
  'test/faults/short.test.ts',
  'test/web/mappings.test.ts',
  'test/workflows/reconcile.test.ts',
  'test/api/matrix.test.ts',
  'test/workflows/reconcile-cases.test.ts',
  'test/workflows/connector-commands.test.ts',
  'test/workflows/deliver-message.test.ts',
  'test/workflows/renewal.test.ts',
  'test/web/failures.test.ts',
  'test/web/messages.test.ts',
  'test/web/console.test.ts',
  'test/workflows/sync-run.test.ts',
];
const rank = ({ path }) => {
  const place = longest.findIndex((name) => path.endsWith(name));
  return place < 0 ? longest.length : place;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- not an array's: jest's own order
    const usual = super.sort(tests);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}
