import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { IncidentCard } from '../incidents/IncidentCard.tsx';
import { Part } from './Part.tsx';
import { TaskCard } from './TaskCard.tsx';

/** What waits on the connections that the viewer owns: they are whom it waits for. */
export function Yours({ incidents, tasks }: { incidents: Schemas['Escalation'][]; tasks: Schemas['Task'][] }) {
  return (
    <Part title={words.home.yours} more={words.home.yoursMore} count={incidents.length + tasks.length}>
      {incidents.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
      {tasks.map((task) => (
        <TaskCard key={task.id} task={task} />
      ))}
    </Part>
  );
}
