/** What a transform does to one value, compiled once for many records. Each answers `undefined` for a value that does not fit. */
import { dayReader, zonedReader } from './local-time.ts';
import type { NumberFormat, TimeFormat, Transform } from './mapping.ts';
import { isScalar } from './raw-value.ts';

export type Convert = (value: unknown) => string | number | undefined;

/** What a mapping needs of the world outside this room. */
export interface MappingTools {
  /** E.164, or `undefined` for what is no number. */
  phone(text: string, country: string | undefined): string | undefined;
}

export function compileTransform(transform: Transform, tools: MappingTools): Convert {
  switch (transform.kind) {
    case 'text':
      return textReader(transform);
    case 'integer':
      return (value) => (isScalar(value) && /^-?\d{1,15}$/.test(String(value)) ? Number(value) : undefined);
    case 'decimal':
      return decimalReader(transform);
    case 'money':
      return moneyReader(transform);
    case 'timestamp':
      return timestampReader(transform);
    case 'day':
      return dayOf(transform);
    case 'phone':
      return (value) => (isScalar(value) ? tools.phone(String(value).trim(), transform.country) : undefined);
    case 'enum':
      return (value) => {
        const text = isScalar(value) || typeof value === 'boolean' ? String(value) : undefined;
        if (text !== undefined && Object.hasOwn(transform.values, text)) return transform.values[text];
        return transform.default;
      };
  }
}

function textReader({ trim, case: letters }: Extract<Transform, { kind: 'text' }>): Convert {
  return (value) => {
    if (!isScalar(value)) return undefined;
    const text = trim ? String(value).trim() : String(value);
    if (letters === undefined) return text;
    return letters === 'lower' ? text.toLowerCase() : text.toUpperCase();
  };
}

const plainDecimal = /^-?\d{1,18}(\.\d{1,8})?$/;

function decimalReader({ absolute, decimalComma, thousands }: NumberFormat): Convert {
  const groups = decimalComma ? /^-?\d{1,3}(?:[.\s'’]\d{3})+(?:,\d+)?$/ : /^-?\d{1,3}(?:[,\s'’]\d{3})+(?:\.\d+)?$/;
  const separators = decimalComma ? /[.\s'’]/g : /[,\s'’]/g;
  return (value) => {
    if (!isScalar(value)) return undefined;
    let text = String(value).trim();
    // A number is no text that somebody formatted.
    if (typeof value === 'string') {
      if (thousands && groups.test(text)) text = text.replace(separators, '');
      if (decimalComma) text = text.replace(/[.,]/g, (mark) => (mark === ',' ? '.' : 'x'));
    }
    if (!plainDecimal.test(text)) return undefined;
    return absolute ? text.replace(/^-/, '') : text;
  };
}

/** An amount may stand beside its sign or code: `€ 1.234,50`, `1,234.50 USD`. */
function moneyReader(format: NumberFormat): Convert {
  const read = decimalReader(format);
  return (value) => {
    if (typeof value !== 'string') return read(value);
    const text = value.trim().replace(/^(-?)\s*(?:\p{Sc}|[A-Z]{3})\s*/u, '$1');
    return read(text.replace(/\s*(?:\p{Sc}|[A-Z]{3})$/u, ''));
  };
}

/** A currency's code, as ISO 4217 writes it. */
export function currencyOf(value: unknown): string | undefined {
  const code = typeof value === 'string' ? value.trim().toUpperCase() : '';
  return /^[A-Z]{3}$/.test(code) ? code : undefined;
}

function timestampReader(format: TimeFormat): Convert {
  const momentOf = momentReader(format);
  return (value) => {
    const time = momentOf(value);
    return isMoment(time) ? new Date(time).toISOString() : undefined;
  };
}

function dayOf(format: TimeFormat): Convert {
  const { zone } = format;
  if (zone === undefined) return (value) => (typeof value === 'string' && isDay(value) ? value : undefined);
  const momentOf = momentReader(format);
  const dayIn = dayReader(zone);
  return (value) => {
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return isDay(value) ? value : undefined;
    const time = momentOf(value);
    return isMoment(time) ? dayIn(time) : undefined;
  };
}

/** Milliseconds, or `NaN`. */
function momentReader({ zone, epoch }: TimeFormat): (value: unknown) => number {
  const readText = zone === undefined ? Date.parse : zonedReader(zone);
  return (value) => {
    if (epoch !== undefined && isScalar(value) && /^-?\d{1,16}(\.\d+)?$/.test(String(value)))
      return Math.floor(Number(value) * (epoch === 's' ? 1_000 : 1));
    return typeof value === 'string' ? readText(value) : Number.NaN;
  };
}

/** Whether a `Date` can hold it. */
function isMoment(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}

/** `Date.parse` takes 30 February for 2 March; a database refuses it, and with it the whole page. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
