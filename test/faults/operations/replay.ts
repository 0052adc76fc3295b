/** Records that fitted no mapping are tried again many at once, by a filter and as a preview showed them, pass after pass. */
import { randomUUID } from 'node:crypto';
import { twilio } from '../../../providers/twilio/index.ts';
import { connect } from '../../harness/scene.ts';
import { until } from '../../harness/until.ts';
import { goodRun, notRecovered } from '../good-run.ts';
import { compareMessages, fillAccount, listAtTwilio } from '../mirror.ts';
import { ask, createPerson, insist } from '../person.ts';
import { compareReplayed } from '../replayed.ts';
import type { Operation } from './operation.ts';

const records = 250;
const by = { actor: 'test' };
const endsWithinMs = 240_000;
const good = twilio.streams['messages']!.mapping;
/** Fits nothing. */
const bad: typeof good = {
  ...good,
  fields: good.fields.map((field) =>
    field.target === 'status' ? { ...field, transform: { kind: 'enum', values: { nothing: 'sent' } } } : field,
  ),
};

interface ReplayAnswer {
  id: string;
  outcome: string | null;
  sentence: string;
}

const hasEnded = (found: ReplayAnswer | undefined) => typeof found?.outcome === 'string';

export const replay: Operation = {
  name: 'bulk replay',
  async prepare(lab) {
    const launched = await connect(lab, { messages: 0 });
    const { connectionId, companyId, account } = launched;
    const admin = await createPerson(lab, companyId, 'company_admin');
    const queue = `/connections/${connectionId}/queue`;
    const publish = (mapping: typeof good) => lab.app.mappings.publish({ connectionId, mapping }, by);
    /** A run that fits nothing: what it read stands in the queue when its events are drained. */
    const fail = async () => {
      await publish(bad);
      await goodRun(lab, admin, connectionId, 'messages');
      await until(
        () => lab.traffic.events.countWaiting(connectionId),
        (count) => count === 0,
        endsWithinMs,
      );
    };
    await fillAccount(lab, launched, records);
    await fail();
    const sids = (await listAtTwilio(lab, launched)).map(({ sid }) => sid);

    let passes = 0;
    let askedFor = 0;
    let replayed = 0;
    const twice: string[] = [];
    /** Every message says something else from now on. */
    const change = () => {
      passes += 1;
      const messages = sids.map((sid) => ({ sid, body: `Pass ${passes}`, updatedAt: new Date() }));
      return lab.sandbox.control('twilio', 'changeMessages', { accountSid: account.accountSid, messages });
    };
    const start = async (body: object) =>
      (await insist<ReplayAnswer>(lab, admin, `${queue}/replays`, body, { idempotencyKey: randomUUID() })).body.id;
    const startAsPreviewed = async () => {
      const { body: preview } = await insist<{ id: string }>(lab, admin, `${queue}/previews`, { filter: { kind: 'record' } });
      const [one, other] = [await start({ previewId: preview.id }), await start({ previewId: preview.id })];
      if (one !== other) twice.push(`The preview ${preview.id} was replayed as ${one} and as ${other}.`);
      return one;
    };
    const find = async (id: string) => (await ask<ReplayAnswer>(lab, admin, `/queue/replays/${id}`))?.body;
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(200)) {
          const isPublished = await publish(good).then(
            () => true,
            () => false,
          );
          if (!isPublished) continue;
          askedFor += 1;
          const id = await (askedFor % 2 === 0 ? startAsPreviewed() : start({ filter: {} }));
          while (!turn.isOver && !hasEnded(await find(id))) await turn.rest(200);
          replayed += 1;
          await publish(bad).catch(() => undefined);
          await change();
          await ask(lab, admin, `/connections/${connectionId}/sync`, { stream: 'messages' });
        }
      },
      phase: () => `${replayed} of ${askedFor} done`,
      async settle() {
        const running = () =>
          lab.rows<{ id: string }>('app', 'SELECT id FROM integration_replays WHERE connection_id = ? AND outcome IS NULL', [
            connectionId,
          ]);
        const left = await until(running, ({ length }) => length === 0, endsWithinMs).catch(running);
        const before = await compareReplayed(lab, connectionId);

        // What failed last is replayed once more, and nothing but the replay brings it.
        await change();
        await fail();
        await publish(good);
        const last = await start({ filter: {} });
        const ended = await until(() => find(last), hasEnded, endsWithinMs).catch(() => undefined);

        const findings = await compareMessages(lab, launched);
        const after = await compareReplayed(lab, connectionId);
        findings.checked += before.checked + after.checked;
        findings.lost.push(...before.lost, ...after.lost);
        findings.doubled.push(...twice, ...before.doubled, ...after.doubled);
        findings.stuck.push(...before.stuck, ...after.stuck, ...left.map(({ id }) => `The replay ${id} goes on and on.`));
        if (ended?.outcome !== 'succeeded')
          findings.stuck.push(`The replay ${last} of ${connectionId} is ${ended?.outcome}: ${ended?.sentence}`);
        const [old] = await lab.rows<{ count: number }>(
          'app',
          'SELECT COUNT(*) AS count FROM messages WHERE connection_id = ? AND body <> ?',
          [connectionId, `Pass ${passes}`],
        );
        if (old!.count > 0) findings.lost.push(`${old!.count} messages of ${connectionId} were replayed and are as before.`);
        findings.stuck.push(...(await notRecovered(lab, connectionId)));
        return findings;
      },
    };
  },
};
