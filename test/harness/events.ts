/** Server-sent events, read as a browser reads them. */
export interface Heard<Item> {
  status: number;
  /** The next event; `undefined` when the server has ended the answer. */
  next(): Promise<Item | undefined>;
  leave(): void;
}

export async function listen<Item = any>(url: string, key: string): Promise<Heard<Item>> {
  const leaving = new AbortController();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` }, signal: leaving.signal });
  const events = read<Item>(answer);
  return {
    status: answer.status,
    next: async () => (await events.next()).value ?? undefined,
    leave: () => leaving.abort(),
  };
}

async function* read<Item>({ body }: Response): AsyncGenerator<Item> {
  let text = '';
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split('\n\n');
    text = parts.pop()!;
    for (const part of parts) if (part.startsWith('data: ')) yield JSON.parse(part.slice('data: '.length)) as Item;
  }
}
