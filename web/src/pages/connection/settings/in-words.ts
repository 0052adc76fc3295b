import { words } from '../../../words/index.ts';

const said = words.connection.settings;

/** A provider's setting, as people read it; nothing where it is not set. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'boolean') return value ? said.yes : said.no;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
