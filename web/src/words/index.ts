import { en } from './en/index.ts';

export const words = en;
