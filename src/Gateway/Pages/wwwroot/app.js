import { accountView } from './account.js';
import * as api from './api.js';
import { addServerDialog, newTokenDialog } from './dialogs.js';
import { el } from './dom.js';
import { setUpView, signInView } from './people.js';
import { serverView } from './server.js';
import { serversView } from './servers.js';

// The page's frame: who is signed in, which view the address names, and the refresh every five seconds.

const REFRESH_MS = 5000;
const TEAM_KEY = 'hostatlas-team';
const byId = id => document.getElementById(id);

let session = null;
let view = null;
let refreshing = null;

function notice(text) {
  byId('notice').hidden = text === '';
  byId('notice').textContent = text;
}

function show(next, { focus } = { focus: true }) {
  view = next;
  byId('main').replaceChildren(next.node);
  document.title = 'HostAtlas';
  notice('');
  if (focus) (next.node.querySelector('[data-focus]') ?? byId('main')).focus();
}

function showWho() {
  byId('who').hidden = session === null;
  if (session === null) return;
  byId('who-email').textContent = session.email;
  const several = session.teams.length > 1;
  byId('who-team-label').hidden = !several;
  byId('who-team-name').hidden = several;
  byId('who-team-name').textContent = session.teams[0]?.name ?? '';
  byId('who-team').replaceChildren(...session.teams.map(team => el('option', { value: team.id }, team.name)));
  const kept = localStorage.getItem(TEAM_KEY);
  const team = session.teams.find(one => one.id === kept) ?? session.teams[0];
  api.useTeam(team?.id ?? null);
  if (team !== undefined) byId('who-team').value = team.id;
}

/** One refresh at a time; a view that was left meanwhile reports nothing. */
async function refresh() {
  if (view?.refresh === undefined || refreshing === view) return;
  const mine = view;
  refreshing = mine;
  try {
    await mine.refresh();
    if (mine === view) notice('');
  } catch (problem) {
    if (!(problem instanceof api.Problem)) throw problem;
    if (problem.status === 401) signedOut();
    else if (mine === view) notice(problem.status === 404 ? 'There is no such server in this team.' : problem.message);
  } finally {
    if (refreshing === mine) refreshing = null;
  }
}

/** Does something once; a session that has ended shows the sign-in. */
async function attempt(what) {
  try {
    await what();
  } catch (problem) {
    if (!(problem instanceof api.Problem)) throw problem;
    if (problem.status === 401) signedOut();
    else notice(problem.message);
  }
}

function signedOut() {
  session = null;
  api.useTeam(null);
  showWho();
  route();
}

async function signedIn() {
  session = await api.session();
  showWho();
  if (location.hash === '#/setup') location.hash = '#/';
  else route();
}

function route() {
  if (session === null) {
    const form = location.hash === '#/setup' ? setUpView(signedIn) : signInView(signedIn);
    show({ node: form });
    return;
  }
  if (location.hash === '#/account') {
    const account = accountView();
    show(account);
    attempt(account.load);
    return;
  }
  const server = /^#\/servers\/([0-9a-f-]{36})$/.exec(location.hash);
  show(server === null ? serversView(() => addServerDialog(refresh)) : serverView(server[1], newTokenDialog));
  refresh();
}

async function start() {
  try {
    session = await api.session();
    showWho();
    route();
  } catch (problem) {
    if (!(problem instanceof api.Problem)) throw problem;
    if (problem.status === 401) {
      route();
      return;
    }
    notice(problem.message);
    setTimeout(start, REFRESH_MS);
  }
}

byId('sign-out').addEventListener('click', async () => {
  try {
    await api.signOut();
  } catch (problem) {
    if (!(problem instanceof api.Problem)) throw problem;
    if (problem.status !== 401) {
      notice(problem.message);
      return;
    }
  }
  signedOut();
});
byId('who-team').addEventListener('change', event => {
  localStorage.setItem(TEAM_KEY, event.target.value);
  api.useTeam(event.target.value);
  if (location.hash === '#/' || location.hash === '') route();
  else location.hash = '#/';
});
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  byId('main').focus();
});
window.addEventListener('hashchange', route);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh();
});
setInterval(() => {
  if (!document.hidden) refresh();
}, REFRESH_MS);
start();
