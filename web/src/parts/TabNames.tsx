import { Tabs } from '@mantine/core';

/** The tabs of a page by their names. `label` tells readers of screens what they are parts of. */
export function TabNames<Name extends string>({
  names,
  words,
  label,
}: {
  names: readonly Name[];
  words: Record<Name, string>;
  label?: string;
}) {
  return (
    <Tabs.List mb="md" aria-label={label}>
      {names.map((name) => (
        <Tabs.Tab key={name} value={name}>
          {words[name]}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
