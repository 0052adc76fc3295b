import { Stack, Text, Timeline, Title } from '@mantine/core';
import { Moment } from '../../parts/Moment.tsx';
import { words } from '../../words/index.ts';
import { isOpen, type IncidentDetail } from './queries.ts';
import { storyOf, type Event } from './story.ts';

const colours: Record<Event['tone'], string> = { bad: 'red', told: 'blue', answered: 'orange', good: 'green' };

/** Who was told when, over what and with which outcome; then who would be told next. */
export function LadderStory({ incident }: { incident: IncidentDetail }) {
  const events = storyOf(incident);
  return (
    <Stack gap="sm" component="section" aria-labelledby="story">
      <Title order={2} size="h4" id="story">
        {words.incidents.story}
      </Title>
      <Timeline active={events.length - 1} bulletSize={16} lineWidth={2}>
        {events.map(({ key, at, title, more, tone }) => (
          <Timeline.Item key={key} title={title} color={colours[tone]}>
            {more && <Text size="sm">{more}</Text>}
            {at && (
              <Text size="sm" c="dimmed">
                <Moment at={at} />
              </Text>
            )}
          </Timeline.Item>
        ))}
        {isOpen(incident) && <Ahead incident={incident} />}
      </Timeline>
    </Stack>
  );
}

function Ahead({ incident: { next, ladder } }: { incident: IncidentDetail }) {
  if (!next) return null;
  const { audiences, next: said } = words.incidents;
  const place = ladder.findIndex(({ position }) => position === next.rung);
  return (
    <>
      <Timeline.Item title={place === -1 ? said.last : said.tell(audiences[ladder[place]!.tell])} lineVariant="dashed">
        <Text size="sm" c="dimmed">
          {next.at ? (
            <>
              {said.at}
              <Moment at={next.at} />
            </>
          ) : (
            said.soon
          )}
        </Text>
      </Timeline.Item>
      {ladder.slice(place === -1 ? ladder.length : place + 1).map(({ position, tell }) => (
        <Timeline.Item key={position} title={said.later(audiences[tell])} lineVariant="dashed" />
      ))}
    </>
  );
}
