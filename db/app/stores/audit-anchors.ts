import { scopes } from '../../../keys/scopes.ts';
import { canonicalJson } from '../../hash.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { isSigned, sign } from '../signature.ts';
import type { ChainMark } from '../verify-chain.ts';

/** What a chain's head was at some time. Kept elsewhere as well, it shows that everything before it is as it was. */
export interface AuditAnchor extends ChainMark {
  chain: string;
  /** ISO 8601. */
  at: string;
  /** Base64; made with a key of the platform, which somebody who may only write tables does not have. */
  seal: string;
  keyVersion: number;
}

export interface AuditAnchorStore {
  /** Anchors every chain whose head has moved since its last anchor, a hundred at a time; answers those that are new. */
  anchor(now: Date): AsyncGenerator<AuditAnchor[]>;
  /** Of one chain, in order. */
  list(chain: string): Promise<AuditAnchor[]>;
  /** The newest of every chain, a hundred at a time. */
  newest(): AsyncGenerator<AuditAnchor[]>;
  /** Whether this platform made it, and nobody changed it since. */
  isOurs(anchor: AuditAnchor): Promise<boolean>;
}

const batchSize = 100;

export function auditAnchorStore({ sequelize, keyring }: AppDb): AuditAnchorStore {
  const factsOf = ({ chain, sequence, hash, at }: Omit<AuditAnchor, 'seal' | 'keyVersion'>) =>
    canonicalJson({ chain, sequence, hash, at });

  /** Pages through `from`, whose rows name chain, sequence and hash. */
  async function* pages<Row extends { chain: string }>(sql: string): AsyncGenerator<Row[]> {
    for (let after = ''; ;) {
      const rows = await select<Row>(sequelize, sql, { after, limit: batchSize });
      if (rows.length > 0) yield rows;
      if (rows.length < batchSize) return;
      after = rows.at(-1)!.chain;
    }
  }

  return {
    async *anchor(now) {
      const moved = pages<{ chain: string; sequence: number; hash: Buffer }>(
        `SELECT c.chain, c.sequence, c.hash FROM audit_chains c
         WHERE c.chain > :after AND c.sequence > 0
           AND NOT EXISTS (SELECT 1 FROM audit_anchors a WHERE a.chain = c.chain AND a.sequence = c.sequence)
         ORDER BY c.chain LIMIT :limit`,
      );
      for await (const heads of moved) {
        const key = await keyring.current(scopes.anchors);
        const anchors = heads.map(({ chain, sequence, hash }): AuditAnchor => {
          const facts = { chain, sequence, hash: hash.toString('hex'), at: now.toISOString() };
          return { ...facts, seal: sign(key, factsOf(facts)).toString('base64'), keyVersion: key.version };
        });
        await write(
          sequelize,
          `INSERT INTO audit_anchors (chain, sequence, hash, anchored_at, seal, key_version) VALUES :rows
           ON DUPLICATE KEY UPDATE chain = VALUES(chain)`,
          {
            rows: anchors.map(({ at, hash, ...anchor }) => [
              anchor.chain,
              anchor.sequence,
              Buffer.from(hash, 'hex'),
              sqlTime(at),
              Buffer.from(anchor.seal, 'base64'),
              anchor.keyVersion,
            ]),
          },
        );
        yield anchors;
      }
    },

    async list(chain) {
      const rows = await select<StoredAnchor>(sequelize, `${selection} WHERE a.chain = :chain ORDER BY a.sequence`, { chain });
      return rows.map(anchorOf);
    },

    async *newest() {
      const rows = pages<StoredAnchor>(
        `${selection} JOIN (SELECT chain, MAX(sequence) AS sequence FROM audit_anchors WHERE chain > :after GROUP BY chain
           ORDER BY chain LIMIT :limit) newest ON newest.chain = a.chain AND newest.sequence = a.sequence ORDER BY a.chain`,
      );
      for await (const page of rows) yield page.map(anchorOf);
    },

    isOurs: (anchor) => isSigned(keyring, factsOf(anchor), { seal: anchor.seal, version: anchor.keyVersion }),
  };
}

const selection = `SELECT a.chain, a.sequence, a.hash, a.anchored_at AS \`at\`, a.seal, a.key_version AS keyVersion FROM audit_anchors a`;

interface StoredAnchor {
  chain: string;
  sequence: number;
  hash: Buffer;
  at: Date;
  seal: Buffer;
  keyVersion: number;
}
const anchorOf = (row: StoredAnchor): AuditAnchor => ({
  ...row,
  hash: row.hash.toString('hex'),
  at: row.at.toISOString(),
  seal: row.seal.toString('base64'),
});
