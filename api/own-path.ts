/** A path of ours and nothing else: else a link to us would lead to anybody's page. */
export const isOwnPath = (text: unknown): text is string =>
  typeof text === 'string' && /^\/(?![/\\])[\w\-./?=&%#]{0,300}$/.test(text);
