/** A person's browser, as far as a consent needs one: cookies by their path, forms, links, and no redirect followed unseen. */
export interface Browser {
  get(url: string): Promise<Seen>;
  /** Posts the page's form, as its button does. `from` is the page that the form stands on. */
  post(url: string, from?: string, fields?: Record<string, string>): Promise<Seen>;
}
export interface Seen {
  status: number;
  text: string;
  headers: Headers;
  /** Where it leads. */
  location: string;
}

export function openBrowser(): Browser {
  const cookies: { name: string; value: string; path: string; origin: string }[] = [];
  const go = async (url: string, init: RequestInit): Promise<Seen> => {
    const { origin, pathname } = new URL(url);
    const own = cookies.filter((cookie) => cookie.origin === origin && pathname.startsWith(cookie.path));
    const cookie = own.map(({ name, value }) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=', 2);
      const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
      cookies.push({ name, value, path, origin });
    }
    const { status } = answer;
    return { status, text: await answer.text(), headers: answer.headers, location: answer.headers.get('location') ?? '' };
  };
  return {
    get: (url) => go(url, {}),
    post: (url, from = url, fields?: Record<string, string>) =>
      go(url, {
        method: 'POST',
        headers: { origin: new URL(from).origin },
        ...(fields && { body: new URLSearchParams(fields) }),
      }),
  };
}

/** The link on a page whose words begin so. */
export function linkOf(pageUrl: string, text: string, words: string): string {
  const links = [...text.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
  const found = links.find(([, , label]) => label!.startsWith(words));
  if (!found) throw new Error(`There is no link "${words}" on this page: ${text}`);
  const target = found[1]!.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  return new URL(target, pageUrl).href;
}
