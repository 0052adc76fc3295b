/** The two far ends of the demonstration, over plain HTTP: Linkwright's API, and the sandbox's control endpoint. */

export interface Api {
  /** Answers the body; throws with the API's own sentence unless the status is the expected one (any 2xx when absent). */
  call<T = any>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, expectedStatus?: number): Promise<T>;
}

export function apiClient(baseUrl: string, key: string): Api {
  return {
    async call(method, path, body, expectedStatus) {
      const response = await reach(`${baseUrl}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as { error?: { message: string; issues?: { path: string; message: string }[] } };
      const asExpected = expectedStatus === undefined ? response.ok : response.status === expectedStatus;
      if (asExpected) return answer as never;
      const issues = answer.error?.issues?.map((issue) => `${issue.path} ${issue.message}`).join('; ');
      const said = [answer.error?.message ?? JSON.stringify(answer), issues].filter(Boolean).join(' ');
      throw new Error(`${method} ${path} answered ${response.status}, expected ${expectedStatus ?? '2xx'}: ${said}`);
    },
  };
}

/** A far end that is not there is the likeliest mistake, and `fetch failed` tells nobody. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new Error(`${new URL(url).origin} does not answer: look whether \`npm start\` still runs and what it says.`, {
      cause: error,
    });
  }
}

export interface SandboxControl {
  /** A control verb of a provider's sandbox; throws with the sandbox's own sentence. */
  (verb: string, input?: Record<string, unknown>): Promise<any>;
}

export function sandboxControl(sandboxUrl: string, providerKey: string): SandboxControl {
  return async (verb, input = {}) => {
    const response = await reach(`${sandboxUrl}/_control/${providerKey}/${verb}`, {
      method: 'POST',
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as { error?: string };
    if (!response.ok) throw new Error(`The sandbox refused "${verb}": ${answer.error}`);
    return answer;
  };
}

/** Asks until `isRight`; what it last saw is in the error. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isRight: (value: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (isRight(value)) return value;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s: ${what}. Last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What was promised, or the sentence that says what was not. */
export function promise(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(`Not as promised: ${sentence}`);
}
