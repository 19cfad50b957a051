import * as api from './api.js';
import { bar, chart, largest } from './chart.js';
import { el, setText } from './dom.js';
import * as format from './format.js';
import { badge } from './servers.js';

// One server: its newest figures every 5 s as tables, the last hour as charts.

const HOUR_MS = 3_600_000;
const CHART_STEP_S = 30;
const CHARTS_EVERY_MS = 15_000;
const AHEAD_MS = 600_000; // how far a host's clock may run ahead
const LAST = 4;

/** The label's value of every name `metric{label="value"}` there is, in order. */
function labelled(series, metric) {
  const values = [];
  for (const name of series.keys()) {
    const match = /^([^{]+)\{[a-z_]+="([^"]*)"\}$/.exec(name);
    if (match !== null && match[1] === metric) values.push(match[2]);
  }
  return values.sort();
}

function table(caption, titles, empty) {
  const body = el('tbody');
  const node = el('section', { class: 'card table' }, el('h2', {}, caption), el('table', {},
    el('caption', { class: 'hidden' }, caption),
    el('thead', {}, el('tr', {}, titles.map((title, i) => el('th', { scope: 'col', class: i === 0 ? null : 'number' }, title)))), body));
  const none = el('tr', {}, el('td', { class: 'quiet', colspan: titles.length }, empty));
  const show = rows => body.replaceChildren(...(rows.length === 0 ? [none] : rows));
  return { node, show };
}

const line = (name, ...cells) => el('tr', {}, el('th', { scope: 'row' }, name), cells.map(cell => el('td', { class: 'number' }, cell)));

/** A panel: title, newest value, chart of the hour. */
function panel(title, legend) {
  const value = el('p', { class: 'value' }, '–');
  const detail = el('p', { class: 'quiet detail' }, ' ');
  const drawing = el('div', { class: 'drawing' });
  const top = el('span', {});
  const kinds = legend?.map((text, i) => el('span', { class: `legend kind${i + 1}` }, text));
  const node = el('section', { class: 'card panel' }, el('h2', {}, title), value, detail, drawing,
    el('p', { class: 'axis quiet' }, el('span', {}, '1 h ago'), kinds, top, el('span', {}, 'now')));
  return {
    node,
    set(text, more) {
      setText(value, text);
      setText(detail, more);
    },
    draw(lines, most, write, window) {
      const ceiling = most ?? largest(lines) * 1.15;
      setText(top, `top ${write(ceiling)}`);
      const describe = `${title} over the last hour, at most ${write(largest(lines))}`;
      drawing.replaceChildren(chart(lines, { ...window, most: ceiling, describe }));
    },
  };
}

/** Adds several series point by point: all disks or all interfaces of a host. */
function sum(series, names) {
  const total = new Map();
  for (const name of names) {
    for (const [ms, , , mean, last] of series.get(name) ?? []) {
      const point = total.get(ms) ?? [ms, 0, 0, 0, 0];
      total.set(ms, [ms, 0, 0, point[3] + mean, point[4] + last]);
    }
  }
  return [...total.values()].sort((one, other) => one[0] - other[0]);
}

/** The view of a server: `node` to show, `refresh` to call every few seconds. */
export function serverView(id, openTokenDialog) {
  const title = el('h1', {}, ' ');
  const status = el('span');
  const facts = el('p', { class: 'quiet summary' });
  const waiting = el('div', { class: 'card empty', hidden: true }, el('h2', {}, 'Waiting for its first report'),
    el('p', {}, 'Enrol the agent on that host with the server\'s token. If the token is lost, make a new one.'));
  const panels = {
    cpu: panel('CPU'), memory: panel('Memory'), load: panel('Load'),
    network: panel('Network', ['received', 'sent']), io: panel('Disk I/O', ['read', 'written']),
  };
  const tables = {
    host: table('Host', ['Figure', 'Now'], 'No report yet.'),
    disks: table('Disks', ['Mounted at', 'Used', 'Size', 'Full'], 'No disk reported.'),
    io: table('Disk I/O', ['Device', 'Read', 'Written', 'Busy'], 'No device reported.'),
    network: table('Network', ['Interface', 'Received', 'Sent'], 'No interface reported.'),
  };
  const figures = el('div', { hidden: true }, el('div', { class: 'panels' }, Object.values(panels).map(one => one.node)),
    el('div', { class: 'tables' }, el('div', { class: 'column' }, tables.host.node, tables.network.node),
      el('div', { class: 'column' }, tables.disks.node, tables.io.node)));
  const node = el('section', {}, el('p', { class: 'back' }, el('a', { href: '#/' }, '← All servers')),
    el('div', { class: 'heading' }, el('div', {}, el('div', { class: 'title' }, title, status), facts),
      el('button', { type: 'button', onclick: () => openTokenDialog({ id, name: title.textContent }) }, 'New token')), waiting, figures);
  let chartsAt = 0;

  function showTables(series) {
    const last = name => series.get(name)?.at(-1)?.[LAST];
    const cores = last('cpu.cores');
    const share = last('memory.used_bytes') / last('memory.total_bytes') * 100;
    panels.cpu.set(format.percent(last('cpu.used_percent')), cores === undefined ? '' : `${cores} ${cores === 1 ? 'core' : 'cores'}`);
    const ofTotal = kind => `${format.bytes(last(`${kind}.used_bytes`))} of ${format.bytes(last(`${kind}.total_bytes`))}`;
    panels.memory.set(format.percent(share), ofTotal('memory'));
    const [one, five, fifteen] = ['load.1m', 'load.5m', 'load.15m'].map(name => format.plain(last(name)));
    panels.load.set(one, `${five} over 5 min, ${fifteen} over 15 min`);
    tables.host.show([
      line('CPU used', format.percent(last('cpu.used_percent'))),
      line('Load 1, 5, 15 min', `${one}  ${five}  ${fifteen}`),
      line('Memory used', ofTotal('memory')),
      line('Memory available', format.bytes(last('memory.available_bytes'))),
      line('Swap used', last('swap.total_bytes') === 0 ? 'no swap' : ofTotal('swap')),
      line('Uptime', format.duration(last('host.uptime_seconds'))),
    ]);
    tables.disks.show(labelled(series, 'disk.total_bytes').map(mount => {
      const of = metric => last(`${metric}{mount="${mount}"}`);
      const full = of('disk.used_percent');
      const share = [el('span', { class: 'figure' }, format.percent(full)), bar(full, `${mount} ${format.percent(full)} full`)];
      return line(mount, format.bytes(of('disk.used_bytes')), format.bytes(of('disk.total_bytes')), el('span', { class: 'full' }, share));
    }));
    tables.io.show(labelled(series, 'diskio.read_bytes_per_second').map(device => {
      const of = metric => last(`${metric}{device="${device}"}`);
      return line(device, format.rate(of('diskio.read_bytes_per_second')), format.rate(of('diskio.written_bytes_per_second')),
        format.percent(of('diskio.busy_percent')));
    }));
    tables.network.show(labelled(series, 'network.received_bytes_per_second').map(name => {
      const of = metric => last(`${metric}{interface="${name}"}`);
      return line(name, format.rate(of('network.received_bytes_per_second')), format.rate(of('network.sent_bytes_per_second')));
    }));
    const total = names => names.reduce((all, name) => all + (last(name) ?? 0), 0);
    const flows = flowNames(series);
    panels.network.set(format.rate(total(flows.received)), `${format.rate(total(flows.sent))} sent`);
    panels.io.set(format.rate(total(flows.read)), `${format.rate(total(flows.written))} written`);
  }

  /** The series that the charts of flows add up; the loopback interface is no network. */
  function flowNames(series) {
    const of = (metric, label) => labelled(series, metric).filter(value => value !== 'lo').map(value => `${metric}{${label}="${value}"}`);
    return {
      received: of('network.received_bytes_per_second', 'interface'), sent: of('network.sent_bytes_per_second', 'interface'),
      read: of('diskio.read_bytes_per_second', 'device'), written: of('diskio.written_bytes_per_second', 'device'),
    };
  }

  async function refreshCharts(current) {
    const flows = flowNames(current);
    const to = api.now();
    const names = ['cpu.used_percent', 'memory.used_bytes', 'load.1m', ...Object.values(flows).flat()];
    const { series } = await api.metrics(id, { names, from: to - HOUR_MS, to: to + AHEAD_MS, step: CHART_STEP_S });
    const window = { from: to - HOUR_MS, to, stepMs: CHART_STEP_S * 1000 };
    const one = name => [{ points: series.get(name) ?? [], kind: 1 }];
    const two = (first, second) => [{ points: sum(series, first), kind: 1 }, { points: sum(series, second), kind: 2 }];
    panels.cpu.draw(one('cpu.used_percent'), 100, format.percent, window);
    panels.memory.draw(one('memory.used_bytes'), current.get('memory.total_bytes')?.at(-1)?.[LAST] ?? null, format.bytes, window);
    panels.load.draw(one('load.1m'), null, format.plain, window);
    panels.network.draw(two(flows.received, flows.sent), null, format.rate, window);
    panels.io.draw(two(flows.read, flows.written), null, format.rate, window);
  }

  async function refresh() {
    const server = await api.server(id);
    setText(title, server.name);
    document.title = `${server.name} · HostAtlas`;
    if (status.dataset.status !== server.status) {
      status.dataset.status = server.status;
      status.replaceChildren(badge(server.status));
    }
    waiting.hidden = server.status !== 'pending';
    figures.hidden = server.status === 'pending';
    const [verb, at] = server.status === 'pending' ? ['Added', server.createdAt] : ['Last seen', server.lastSeenAt];
    setText(facts, `${verb} ${format.ago(at, api.now())}`);
    if (server.status === 'pending') return;
    // Of a silent server the last figures it sent stay readable; the badge says how old they are.
    const seenMs = Date.parse(server.lastSeenAt);
    const { series } = await api.metrics(id, { from: seenMs - 60_000, to: Math.max(api.now(), seenMs) + AHEAD_MS, step: 60 });
    showTables(series);
    if (Date.now() - chartsAt >= CHARTS_EVERY_MS) {
      await refreshCharts(series);
      chartsAt = Date.now();
    }
  }

  return { node, refresh };
}
