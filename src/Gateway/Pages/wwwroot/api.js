// The platform's API as this page uses it. Times are compared with the platform's clock, not the browser's, which may be wrong.

/** An answer that says no; `message` is for people. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.title ?? `The platform answered ${status}.`);
    this.status = status;
    this.slug = (body?.type ?? '').replace('urn:hostatlas:problem:', '');
    this.errors = body?.errors ?? [];
    this.needsCode = body?.secondFactor === 'required';
  }
}

let team = null;
let aheadMs = 0;

/** The team that calls are about. */
export function useTeam(id) {
  team = id;
}

/** The platform's time in Unix milliseconds. */
export const now = () => Date.now() + aheadMs;

async function call(method, path, body) {
  const headers = {};
  if (team !== null) headers['X-Team'] = team;
  if (method !== 'GET') headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), redirect: 'error' });
  } catch {
    throw new Problem(0, { detail: 'The platform does not answer. This page tries again by itself.' });
  }
  const date = Date.parse(answer.headers.get('Date') ?? '');
  // Date has whole seconds; only a difference that matters is taken over.
  if (Number.isFinite(date)) aheadMs = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
  const text = await answer.text();
  let content = null;
  try {
    content = text === '' ? null : JSON.parse(text);
  } catch {
    throw new Problem(answer.status, { detail: 'The answer was cut off. Try again.' });
  }
  if (!answer.ok) throw new Problem(answer.status, content);
  return content;
}

export const session = () => call('GET', '/api/session');
export const signIn = form => call('POST', '/api/session', form);
export const signOut = () => call('DELETE', '/api/session');
export const reset = form => call('POST', '/api/reset', form);
export const sessions = () => call('GET', '/api/sessions?limit=200');
export const endSession = id => call('DELETE', `/api/sessions/${id}`);
export const endOtherSessions = () => call('DELETE', '/api/sessions');
export const changePassword = form => call('POST', '/api/password', form);
export const secondFactor = () => call('GET', '/api/second-factor');
export const beginSecondFactor = form => call('POST', '/api/second-factor', form);
export const confirmSecondFactor = form => call('POST', '/api/second-factor/confirm', form);
export const endSecondFactor = form => call('DELETE', '/api/second-factor', form);
export const renewRecoveryCodes = form => call('POST', '/api/second-factor/recovery-codes', form);
export const setUp = form => call('POST', '/api/setup', form);
export const addServer = name => call('POST', '/api/servers', { name });
export const server = id => call('GET', `/api/servers/${id}`);
export const newToken = (id, overlapSeconds) => call('POST', `/api/servers/${id}/token`, { overlapSeconds });

/** Every server of the team, page by page. */
export async function servers() {
  const all = [];
  let cursor = null;
  do {
    const page = await call('GET', `/api/servers?limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return all;
}

/** Series by name: arrays of [ms, min, max, mean, last]. */
export async function metrics(id, { names, from, to, step }) {
  const query = new URLSearchParams({ from: Math.max(0, Math.floor(from)), to: Math.ceil(to), step });
  if (names !== undefined) query.set('names', names.join(','));
  const answer = await call('GET', `/api/servers/${id}/metrics?${query}`);
  return { step: answer.step, series: new Map(answer.series.map(series => [series.name, series.points])) };
}
