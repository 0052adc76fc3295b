import { CloseButton, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { words } from '../words/index.ts';

/** What somebody types is looked for once they pause. What is in the address is shown, unless they are typing. */
export function SearchField({
  value,
  onSearch,
  ...props
}: Omit<TextInputProps, 'value' | 'onChange'> & { value: string; onSearch: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback(onSearch, 250);
  useEffect(() => {
    if (document.activeElement !== input.current) input.current!.value = value;
  }, [value]);
  return (
    <TextInput
      {...props}
      ref={input}
      type="search"
      defaultValue={value}
      onChange={({ currentTarget }) => search(currentTarget.value.trim())}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        value && (
          <CloseButton
            size="sm"
            aria-label={words.clearSearch}
            onClick={() => {
              input.current!.value = '';
              onSearch('');
              input.current!.focus();
            }}
          />
        )
      }
    />
  );
}
