/** The chain as an attacker with the right to write every table meets it: what was done to it, and which entry is named. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hashOf } from '../../db/app/audit-chain.ts';
import type { AuditRow } from '../../db/app/stores/audit.ts';
import type { ChainMark } from '../../db/app/verify-chain.ts';
import { select, sqlTime, write } from '../../db/sql.ts';
import { openStores, servers, type OpenStores } from './stores.ts';

const entries = 8;

describe.each(servers)('the audit chain on $name', ({ server }) => {
  let stores: OpenStores;
  let chain: string;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    chain = (await stores.app.companies.create({ name: 'Acme', timeZone: 'UTC' }, { actor: 'user_a', from: '192.0.2.7' })).id;
    for (let place = 2; place <= entries; place += 1)
      await stores.app.audit.append({
        companyId: chain,
        actor: 'user_a',
        action: 'template.update',
        subject: `thing_${place}`,
        outcome: 'done',
        detail: { place },
        before: { name: 'canary-before' },
        after: { name: `canary-after-${place}` },
        from: '192.0.2.7',
      });
  });

  const run = (sql: string, values: Record<string, unknown> = {}) => write(stores.appDb, sql, { chain, ...values });
  async function rows(): Promise<AuditRow[]> {
    const all: AuditRow[] = [];
    for await (const row of stores.app.audit.walk(chain)) all.push(row);
    return all;
  }
  const verify = async (anchors: ChainMark[] = []) => {
    const { finding } = await stores.app.audit.verify(chain, anchors);
    return finding && [finding.kind, finding.sequence];
  };
  /** Makes every hash from `first` on anew, the head's too: what is left is a chain that fits. */
  async function rehash(first: number): Promise<void> {
    const all = await rows();
    let previous = first === 1 ? '0'.repeat(64) : all[first - 2]!.hash;
    for (const row of all.slice(first - 1)) {
      const hash = hashOf(row, Buffer.from(previous, 'hex'));
      await run('UPDATE audit_log SET previous_hash = :previous, hash = :hash WHERE chain = :chain AND sequence = :sequence', {
        sequence: row.sequence,
        previous: Buffer.from(previous, 'hex'),
        hash,
      });
      previous = hash.toString('hex');
    }
    await run('UPDATE audit_chains SET sequence = :last, hash = :hash WHERE chain = :chain', {
      last: all.at(-1)!.sequence,
      hash: Buffer.from(previous, 'hex'),
    });
  }
  async function insertAt(place: number, copy: AuditRow, previousHash: string): Promise<void> {
    const forged = { ...copy, sequence: place, actor: 'user_forged', personalHash: null };
    await run(
      `INSERT INTO audit_log (chain, sequence, company_id, actor, action, subject, outcome, detail, logged_at, previous_hash, hash, form)
       VALUES (:chain, :sequence, :companyId, :actor, :action, :subject, :outcome, :detail, :at, :previous, :hash, 2)`,
      {
        ...forged,
        detail: JSON.stringify(forged.detail),
        at: sqlTime(forged.at),
        previous: Buffer.from(previousHash, 'hex'),
        hash: hashOf(forged, Buffer.from(previousHash, 'hex')),
      },
    );
  }
  const shiftFrom = async (place: number) => {
    for (const table of ['audit_log', 'audit_personal'])
      await run(
        `UPDATE ${table} SET sequence = sequence + 1 WHERE chain = :chain AND sequence >= :place ORDER BY sequence DESC`,
        {
          place,
        },
      );
  };

  it('verifies as it was written, with who, what, before, after and where from', async () => {
    expect(await verify()).toBeNull();
    const [newest] = (await stores.app.audit.list({ companyId: chain, limit: 1 })).items;
    expect(newest).toMatchObject({
      actor: 'user_a',
      before: { name: 'canary-before' },
      after: { name: 'canary-after-8' },
      from: '192.0.2.7',
      erased: false,
    });
  });

  it.each([
    ['who', `actor = 'user_b'`],
    ['what', `action = 'template.look'`],
    ['to what', `subject = 'thing_9'`],
    ['the outcome', `outcome = 'refused'`],
    ['the facts', `detail = '{"place":0}'`],
    ['when', `logged_at = logged_at + INTERVAL 1 SECOND`],
    ['its own hash', `hash = REVERSE(hash)`],
    ['the hash of its personal part', `personal_hash = REVERSE(personal_hash)`],
  ])('names the entry of which somebody changed %s', async (_, change) => {
    await run(`UPDATE audit_log SET ${change} WHERE chain = :chain AND sequence = 4`);
    expect(await verify()).toEqual(['edited', 4]);
  });

  it('names the entry of which somebody changed the address, or what it was before', async () => {
    await run(`UPDATE audit_personal SET body = REPLACE(body, '192.0.2.7', '192.0.2.8') WHERE chain = :chain AND sequence = 5`);
    expect(await verify()).toEqual(['edited', 5]);
    expect((await stores.app.audit.verify(chain)).finding?.entry).toMatchObject({
      action: 'template.update',
      subject: 'thing_5',
    });
  });

  it.each([
    ['the first', 1, 1],
    ['one in the middle', 4, 4],
    ['the last', entries, entries],
  ])('names %s entry when it was removed', async (_, place, named) => {
    await run('DELETE FROM audit_log WHERE chain = :chain AND sequence = :place', { place });
    expect(await verify()).toEqual(['removed', named]);
  });

  it('names the whole chain when it was removed with its head', async () => {
    const anchors = [markOf((await rows()).at(-1)!)];
    await run('DELETE FROM audit_log WHERE chain = :chain');
    expect(await verify()).toEqual(['removed', 1]);
    await run('DELETE FROM audit_chains WHERE chain = :chain');
    expect(await verify(anchors)).toEqual(['removed', 1]);
  });

  it('names an entry that was inserted, wherever it stands', async () => {
    const all = await rows();
    await shiftFrom(4);
    await insertAt(4, all[3]!, all[2]!.hash);
    expect(await verify()).toEqual(['inserted', 4]);
  });

  it('names an entry that was added past the head', async () => {
    const last = (await rows()).at(-1)!;
    await insertAt(entries + 1, last, last.hash);
    expect(await verify()).toEqual(['inserted', entries + 1]);
  });

  it('names the first of two entries that changed places', async () => {
    for (const [from, to] of [
      [3, 99],
      [6, 3],
      [99, 6],
    ])
      await run('UPDATE audit_log SET sequence = :to WHERE chain = :chain AND sequence = :from', { from, to });
    expect(await verify()).toEqual(['edited', 3]);
  });

  it('sees by its anchors that every hash was made anew', async () => {
    const anchors = (await rows()).filter(({ sequence }) => [2, 6].includes(sequence)).map(markOf);
    await run(`UPDATE audit_log SET actor = 'user_b' WHERE chain = :chain AND sequence = 4`);
    await rehash(4);
    expect(await verify()).toBeNull();
    expect(await verify(anchors)).toEqual(['rewritten', 6]);
  });

  it('sees by its anchors that the end was cut off, the head with it', async () => {
    const anchors = [markOf((await rows()).at(-1)!)];
    await run('DELETE FROM audit_log WHERE chain = :chain AND sequence > 5');
    await rehash(5);
    expect(await verify()).toBeNull();
    expect(await verify(anchors)).toEqual(['removed', 6]);
  });

  it('verifies entries of before, whose hash covers everything in clear', async () => {
    const last = (await rows()).at(-1)!;
    const old = { ...last, form: 1, sequence: entries + 1, from: '198.51.100.9', personalHash: null, previousHash: last.hash };
    const hash = hashOf(old, Buffer.from(last.hash, 'hex'));
    await run(
      `INSERT INTO audit_log (chain, sequence, company_id, actor, action, subject, outcome, detail, from_address, logged_at,
         previous_hash, hash)
       VALUES (:chain, :sequence, :companyId, :actor, :action, :subject, :outcome, :detail, :from, :at, :previous, :hash)`,
      { ...old, detail: JSON.stringify(old.detail), at: sqlTime(old.at), previous: Buffer.from(last.hash, 'hex'), hash },
    );
    await run('UPDATE audit_chains SET sequence = sequence + 1, hash = :hash WHERE chain = :chain', { hash });
    expect(await verify()).toBeNull();
    expect((await stores.app.audit.list({ companyId: chain, limit: 1 })).items[0]).toMatchObject({ from: '198.51.100.9' });
    await run(`UPDATE audit_log SET from_address = '198.51.100.8' WHERE chain = :chain AND form = 1`);
    expect(await verify()).toEqual(['edited', entries + 1]);
  });

  it('says that a personal part is gone, whatever a later entry tells', async () => {
    await run('DELETE FROM audit_personal WHERE chain = :chain AND sequence = 3');
    expect(await verify()).toEqual(['edited', 3]);
    const entry = {
      companyId: chain,
      actor: 'user_a',
      action: 'erasure.person' as const,
      subject: 'era_1',
      outcome: 'done' as const,
    };
    await stores.app.audit.append(entry);
    expect(await verify()).toEqual(['edited', 3]);
  });

  it('takes an erasure of ours for what it is, and sees what was edited behind it', async () => {
    const { id } = await stores.app.erasures.askPerson(
      { companyId: chain, reason: 'Asked', person: { email: 'canary@example.com' } },
      { actor: 'user_a' },
    );
    await stores.app.audit.append({
      companyId: chain,
      actor: 'user_a',
      action: 'template.update',
      subject: 'thing_x',
      outcome: 'done',
      after: { to: 'canary@example.com' },
    });
    const at = (await rows()).length;
    await stores.app.erasures.erasePerson({ erasureId: id, tick: () => undefined }, await stores.app.erasures.scope(id));
    expect(await stores.app.audit.verify(chain)).toEqual({ entries: at, erased: 1, finding: null });
    expect((await stores.app.audit.list({ companyId: chain, limit: 1 })).items[0]).toMatchObject({ after: null, erased: true });
    expect(
      JSON.stringify(await select(stores.appDb, 'SELECT * FROM audit_personal WHERE chain = :chain', { chain })),
    ).not.toContain('canary@');

    await run(`UPDATE audit_log SET form = 0, actor = 'user_b' WHERE chain = :chain AND sequence = :at`, { at });
    expect(await verify()).toEqual(['edited', at]);
    await run(`UPDATE audit_log SET form = 2, actor = 'user_a' WHERE chain = :chain AND sequence = :at`, { at });
    await run('UPDATE audit_personal SET erased_seal = REVERSE(erased_seal) WHERE chain = :chain AND sequence = :at', { at });
    expect(await verify()).toEqual(['edited', at]);
  });

  it('names an entry that claims to be erased', async () => {
    await run(`UPDATE audit_log SET form = 0, actor = 'user_b' WHERE chain = :chain AND sequence = 4`);
    expect(await verify()).toEqual(['edited', 4]);
  });
});

const markOf = ({ sequence, hash }: AuditRow): ChainMark => ({ sequence, hash });
