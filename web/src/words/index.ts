import { en, type Words } from './en/index.ts';

/** Every language that the console speaks; English first, for whoever asks for none of the others. */
const catalogues: Readonly<Record<string, Words>> = { en };

const languageOf = (locale: string) => locale.split('-', 1)[0]!;
export const language = navigator.languages.map(languageOf).find((each) => Object.hasOwn(catalogues, each)) ?? 'en';
export const words: Words = catalogues[language]!;

/** How numbers and days are written: as the reader's own country does, in the language of the words around them. */
export const locale = navigator.languages.find((each) => languageOf(each) === language) ?? language;
