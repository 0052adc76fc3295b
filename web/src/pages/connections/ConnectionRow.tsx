import { Anchor, Text, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { Sparkline } from '../../parts/Sparkline.tsx';
import { State } from '../../parts/State.tsx';
import { words } from '../../words/index.ts';
import classes from './Connections.module.css';

type Connection = Schemas['Connection'];
const said = words.connections;

/** Nothing is asked of anybody in these. */
const calm: Connection['state'][] = ['active', 'disconnected'];

/** For those who see; each cell of a row says itself what it is to the others, and where there is no room for columns. */
export function RowHeads() {
  return (
    <div className={classes.heads} aria-hidden>
      {[said.connection, said.state, said.owner, said.lastGood, said.runs].map((head) => (
        <span key={head}>{head}</span>
      ))}
    </div>
  );
}

export function ConnectionRow({ connection }: { connection: Connection }) {
  const { id, label, provider, state, nextAction, lastSuccessAt, freshness, owner, runsByDay } = connection;
  return (
    <article className={classes.row} aria-label={label}>
      <div className={classes.name}>
        <Anchor
          renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId: id }} {...props} />}
          fw={600}
        >
          {label}
        </Anchor>
        <Text size="sm" c="dimmed">
          {provider.label}
        </Text>
      </div>
      <Cell head={said.state}>
        <State state={state} />
      </Cell>
      <Cell head={said.owner}>
        {owner ? (
          <>
            {owner.name}
            {owner.by === 'duty' && (
              <Text span size="sm" c="dimmed">
                {' '}
                {said.onDuty}
              </Text>
            )}
          </>
        ) : (
          <Text span size="sm" c="dimmed">
            {said.nobody}
          </Text>
        )}
      </Cell>
      <Cell head={said.lastGood}>
        {lastSuccessAt ? <Moment at={lastSuccessAt} /> : said.never}
        {freshness.stale && <div className={classes.stale}>{said.stale}</div>}
      </Cell>
      <Cell head={said.runs}>
        <Runs days={runsByDay ?? []} />
      </Cell>
      {!calm.includes(state) && (
        <Text size="sm" className={classes.next}>
          <Text span size="sm" c="dimmed">
            {said.nextAction}:
          </Text>{' '}
          {nextAction}
        </Text>
      )}
    </article>
  );
}

function Cell({ head, children }: { head: string; children: ReactNode }) {
  return (
    <div className={classes.cell}>
      <span className={classes.cellHead}>{head}</span>
      <VisuallyHidden className={classes.cellHeadUnseen}>{head}: </VisuallyHidden>
      <div>{children}</div>
    </div>
  );
}

function Runs({ days }: { days: Schemas['RunsOfDay'][] }) {
  const total = (of: (day: Schemas['RunsOfDay']) => number) => days.reduce((so, each) => so + of(each), 0);
  const [succeeded, failed] = [total((day) => day.succeeded), total((day) => day.failed)];
  const ran = succeeded + failed;
  if (ran === 0)
    return (
      <Text span size="sm" c="dimmed">
        {said.noRuns}
      </Text>
    );
  const shares = days.map((day) => (day.succeeded + day.failed === 0 ? null : day.succeeded / (day.succeeded + day.failed)));
  return (
    <span className={classes.runs}>
      <Sparkline shares={shares} label={said.runsInWords(succeeded, ran, days.length)} />
      <span aria-hidden>{said.percent(succeeded / ran)}</span>
    </span>
  );
}
