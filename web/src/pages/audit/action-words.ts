import type { ComboboxParsedItem, OptionsFilter } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';

type Audited = Schemas['AuditedAction'];
const { actions, things, allOf } = words.audit;
const labels: Readonly<Record<string, string | undefined>> = actions;

/** An action in words. One that nobody knows, because somebody edited the entry, stands as it is. */
export const actionWords = (action: string) => labels[action] ?? action;

export const isAudited = (text: string | undefined): text is Audited =>
  text !== undefined && (Object.hasOwn(actions, text) || Object.hasOwn(things, text));

const thingOf = (action: string) => action.slice(0, action.indexOf('.'));

/** Each kind of thing with what is done to it, in the order of the alphabet. */
export const actionChoices = Object.entries(things)
  .map(([thing, group]) => ({
    group,
    items: [
      { value: thing, label: allOf(group) },
      ...Object.entries(actions).flatMap(([value, label]) => (thingOf(value) === thing ? [{ value, label }] : [])),
    ],
  }))
  .toSorted((a, b) => a.group.localeCompare(b.group));

/** Found by its words, and by its name in the API. */
export const findActions: OptionsFilter = ({ options, search }) => {
  const wanted = search.trim().toLowerCase();
  const fits = (option: ComboboxParsedItem) =>
    'value' in option && `${option.label} ${option.value}`.toLowerCase().includes(wanted);
  return options.map((option) => ('group' in option ? { ...option, items: option.items.filter(fits) } : option));
};
