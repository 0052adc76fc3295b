import type { Response } from 'express';

/** A page for the person whose browser it is: words and at most one button, no script. */
export interface Page {
  status: number;
  title: string;
  sentences: string[];
  /** A form that is posted to the page's own address. */
  button?: string;
  /** Where the person goes on; a link. */
  back?: string;
  /** Where the form may lead in the end. */
  leadsTo?: string;
}

export function showPage(response: Response, { status, title, sentences, button, back, leadsTo }: Page): void {
  const body = [
    `<h1>${escape(title)}</h1>`,
    ...sentences.map((sentence) => `<p>${escape(sentence)}</p>`),
    ...(button ? [`<form method="post"><button>${escape(button)}</button></form>`] : []),
    ...(back ? [`<p><a href="${escape(back)}">Go on in Linkwright</a></p>`] : []),
  ].join('\n');
  const formAction = button ? `'self'${leadsTo ? ` ${leadsTo}` : ''}` : "'none'";
  response
    .status(status)
    .set({
      'Content-Security-Policy': `default-src 'none'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
      // The address holds a secret, and the form must say where it was posted from: nothing to other sites, everything to ours.
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    })
    .type('html')
    .send(`<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${escape(title)}</title>\n${body}\n</html>\n`);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
