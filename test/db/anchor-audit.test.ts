/** What a worker does every hour, in a shorter hour: the anchors in the log are those that a log collector keeps. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { AuditAnchor } from '../../db/app/stores/audit-anchors.ts';
import { write } from '../../db/sql.ts';
import { anchorAudit } from '../../workers/anchor-audit.ts';
import { until } from '../harness/until.ts';
import { openStores, servers, type OpenStores } from './stores.ts';

const everyMs = 100;

describe.each(servers)('anchoring every hour on $name', ({ server }) => {
  let stores: OpenStores;
  let work: ReturnType<typeof anchorAudit> | undefined;
  const lines: { level: number; msg: string; anchors?: AuditAnchor[] }[] = [];
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(async () => {
    await work?.stop();
    await stores.close();
  });

  const start = () =>
    anchorAudit({
      anchors: stores.app.auditAnchors,
      log: pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      everyMs,
    });
  const change = () =>
    stores.app.companies.create({ name: 'Acme', timeZone: 'UTC' }, { actor: 'user_a', from: '192.0.2.7' }).then(({ id }) => id);
  const told = (chain: string) => lines.flatMap(({ anchors = [] }) => anchors).filter((anchor) => anchor.chain === chain);
  const append = (companyId: string) =>
    stores.app.audit.append({ companyId, actor: 'user_a', action: 'template.update', subject: 'thing', outcome: 'done' });

  it('tells at start and after each change where a chain is, by anchors that hold without those in the table', async () => {
    const chain = await change();
    work = start();
    await until(() => told(chain).length === 1);
    await append(chain);
    await until(() => told(chain).length === 2);
    expect(told(chain).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(told(chain)).toEqual(await stores.app.auditAnchors.list(chain));
    for (const anchor of told(chain)) expect(await stores.app.auditAnchors.isOurs(anchor)).toBe(true);

    const sql = 'UPDATE audit_log SET actor = :actor WHERE chain = :chain AND sequence = 2';
    await write(stores.appDb, 'DELETE FROM audit_anchors WHERE chain = :chain', { chain });
    expect((await stores.app.audit.verify(chain, told(chain))).finding).toBeNull();
    await write(stores.appDb, sql, { chain, actor: 'user_forged' });
    expect((await stores.app.audit.verify(chain, told(chain))).finding).not.toBeNull();
    await write(stores.appDb, sql, { chain, actor: 'user_a' });
  });

  it('says so when it cannot, goes on with the next beat, and is quiet about what has not moved', async () => {
    await write(stores.appDb, 'RENAME TABLE audit_anchors TO audit_anchors_away', {});
    await until(() => lines.some(({ msg, level }) => level === 50 && msg.startsWith('the audit chains could not be anchored')));
    const chain = await change();
    await write(stores.appDb, 'RENAME TABLE audit_anchors_away TO audit_anchors', {});
    await until(() => told(chain).length === 1);
    const before = lines.length;
    await sleep(5 * everyMs);
    expect(lines.slice(before)).toEqual([]);
  });

  it('ends when it is stopped, with what was under way', async () => {
    await work!.stop();
    const chain = await change();
    await sleep(3 * everyMs);
    expect(told(chain)).toEqual([]);
  });
});
