/** Templates hold `{{name}}` placeholders; every placeholder is declared, and every declared variable is used. */
const placeholder = /\{\{\s*([a-zA-Z][a-zA-Z0-9_]*)\s*\}\}/g;

export function placeholdersOf(body: string): string[] {
  return [...new Set([...body.matchAll(placeholder)].map((match) => match[1]!))];
}

/** What is wrong with a template's declaration, naming each variable; empty when it is sound. */
export function checkTemplate(body: string, variables: string[]): string[] {
  const used = placeholdersOf(body);
  return [
    ...used.filter((name) => !variables.includes(name)).map((name) => `The body uses {{${name}}}, which is not declared.`),
    ...variables
      .filter((name) => !used.includes(name))
      .map((name) => `The variable ${name} is declared but the body does not use it.`),
  ];
}

export type RenderResult = { text: string } | { missing: string[]; unknown: string[] };

/** Fills a template. A missing or an unknown variable is refused by name: a half-filled message is never sent. */
export function renderTemplate(body: string, variables: string[], values: Record<string, string>): RenderResult {
  const missing = variables.filter((name) => !Object.hasOwn(values, name) || values[name]!.trim() === '');
  const unknown = Object.keys(values).filter((name) => !variables.includes(name));
  if (missing.length > 0 || unknown.length > 0) return { missing, unknown };
  return { text: body.replace(placeholder, (_, name: string) => values[name]!) };
}
