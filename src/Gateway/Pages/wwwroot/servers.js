import * as api from './api.js';
import { bar, sparkline } from './chart.js';
import { el, setText } from './dom.js';
import * as format from './format.js';

// The list of servers: one row each, updated in place so that focus and selection survive the refresh.

const HOUR_MS = 3_600_000;
const STEP_S = 60;
const NAMES = ['cpu.used_percent', 'memory.used_bytes', 'memory.total_bytes', 'load.1m'];
const ASKED_AT_ONCE = 4;
const LAST = 4;

const STATUS_TEXT = { pending: 'Waiting for its first report', online: 'Online', silent: 'Silent' };

/** A status with a dot and its word: colour alone says nothing to many. */
export const badge = status => el('span', { class: `badge ${status}` }, STATUS_TEXT[status] ?? status);

function row(server) {
  const cells = {
    status: el('td', { 'data-label': 'Status' }), seen: el('td', { 'data-label': 'Last seen', class: 'quiet' }),
    cpu: el('td', { 'data-label': 'CPU' }), memory: el('td', { 'data-label': 'Memory' }),
    load: el('td', { 'data-label': 'Load', class: 'number' }),
    hour: el('td', { 'data-label': 'CPU, last hour', class: 'wide-only' }),
  };
  const node = el('tr', {}, el('th', { scope: 'row' }, el('a', { href: `#/servers/${server.id}` }, server.name)), Object.values(cells));
  return { node, cells };
}

function showPercent(cell, label, value) {
  cell.replaceChildren(el('span', { class: 'figure' }, format.percent(value)), bar(value, `${label} ${format.percent(value)}`));
}

async function refreshFigures(server, cells) {
  // A report's time comes from its host, whose clock may run ahead of the platform's by up to ten minutes.
  const to = api.now();
  const { series } = await api.metrics(server.id, { names: NAMES, from: to - HOUR_MS, to: to + 600_000, step: STEP_S });
  const fresh = server.status === 'online';
  const last = name => fresh ? series.get(name)?.at(-1)?.[LAST] : undefined;
  showPercent(cells.cpu, 'CPU', last('cpu.used_percent'));
  showPercent(cells.memory, 'Memory', last('memory.used_bytes') / last('memory.total_bytes') * 100);
  setText(cells.load, format.plain(last('load.1m')));
  cells.hour.replaceChildren(sparkline(series.get('cpu.used_percent') ?? [], { from: to - HOUR_MS, to, stepMs: STEP_S * 1000, most: 100 }));
}

/** The list's view: `node` to show, `refresh` to call every few seconds. */
export function serversView(openAddDialog) {
  const rows = new Map();
  const body = el('tbody');
  const summary = el('p', { class: 'quiet summary' });
  const empty = el('div', { class: 'card empty', hidden: true }, el('h2', {}, 'No server yet'),
    el('p', {}, 'Add one to get its token, then enrol the agent on that host. Its figures show here within seconds.'),
    el('button', { type: 'button', class: 'primary', onclick: openAddDialog }, 'Add your first server'));
  const table = el('div', { class: 'card table', hidden: true }, el('table', { class: 'servers' },
    el('caption', { class: 'hidden' }, 'Servers of the team'),
    el('thead', {}, el('tr', {}, ['Server', 'Status', 'Last seen', 'CPU', 'Memory', 'Load'].map(title => el('th', { scope: 'col' }, title)),
      el('th', { scope: 'col', class: 'wide-only' }, 'CPU, last hour'))), body));
  const node = el('section', {}, el('div', { class: 'heading' }, el('div', {}, el('h1', {}, 'Servers'), summary),
    el('button', { type: 'button', class: 'primary', onclick: openAddDialog }, 'Add server')), empty, table);

  async function refresh() {
    const servers = await api.servers();
    empty.hidden = servers.length > 0;
    table.hidden = servers.length === 0;
    const count = status => servers.filter(server => server.status === status).length;
    setText(summary, servers.length === 0 ? '' : `${count('online')} online, ${count('silent')} silent, ${count('pending')} waiting`);
    const known = new Set(servers.map(server => server.id));
    for (const [id, { node: gone }] of rows) {
      if (!known.has(id)) {
        gone.remove();
        rows.delete(id);
      }
    }
    for (const server of servers) {
      if (!rows.has(server.id)) {
        rows.set(server.id, row(server));
        body.append(rows.get(server.id).node);
      }
      const { cells } = rows.get(server.id);
      if (cells.status.dataset.status !== server.status) {
        cells.status.dataset.status = server.status;
        cells.status.replaceChildren(badge(server.status));
      }
      setText(cells.seen, format.ago(server.lastSeenAt, api.now()));
    }
    const waiting = servers.filter(server => server.status !== 'pending');
    while (waiting.length > 0) {
      await Promise.all(waiting.splice(0, ASKED_AT_ONCE).map(server => refreshFigures(server, rows.get(server.id).cells)));
    }
  }

  return { node, refresh };
}
