import { el } from './dom.js';
import { exampleOf, membersOf, readable, resolver } from './schema.js';

// The platform's description for people to read: what /openapi/v1.json says, and nothing else. Works without being signed in.

const byId = id => document.getElementById(id);
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];
const TYPE_PREFIX = 'urn:hostatlas:problem:';
let entries = [];

async function load() {
  const answer = await fetch('/openapi/v1.json', { redirect: 'error' });
  if (!answer.ok) throw new Error(`The platform answered ${answer.status}.`);
  return answer.json();
}

/** Every operation, by tag in the description's order. */
function* operationsOf(description) {
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of METHODS) {
      if (item[method] !== undefined) yield { path, method, shared: item.parameters ?? [], ...item[method] };
    }
  }
}

function table(rows) {
  return el('table', { class: 'members' }, el('tbody', {}, rows.map(row =>
    el('tr', { class: `in${Math.min(row.depth, 4)}` },
      el('th', { scope: 'row' }, el('code', { class: row.needed ? 'needed' : '' }, row.name)),
      el('td', {}, el('span', { class: 'quiet' }, row.type), row.text === '' ? null : ` ${row.text}`)))));
}

function example(value) {
  return value === undefined ? null : el('pre', { tabindex: '0' }, JSON.stringify(value, null, 2));
}

function parametersOf(operation, resolve) {
  const all = [...operation.shared, ...(operation.parameters ?? [])].map(resolve);
  if (all.length === 0) return null;
  const rows = all.map(one => ({
    name: one.name, needed: one.required === true, depth: 0,
    type: `${one.in}, ${readable(one.schema, resolve)}`, text: one.description ?? '',
  }));
  return [el('h4', {}, 'Parameters'), table(rows)];
}

function contentOf(content, resolve) {
  return Object.entries(content ?? {}).flatMap(([type, media]) => [
    type.includes('json') ? null : el('p', { class: 'quiet' }, type),
    media.schema === undefined ? null : table(membersOf(media.schema, resolve)),
    ...exampleOf(media, resolve).map(example),
  ]);
}

/** Answers that say no are a line each, with a link to what the problem means; the others show their content. */
function answerOf(status, answer, resolve) {
  const problem = answer.content?.['application/problem+json'];
  const title = el('span', {}, el('span', { class: status >= '400' ? 'status no' : 'status' }, status), ' ');
  if (problem !== undefined) {
    const slugs = Object.keys(problem.examples);
    return el('li', {}, title, slugs.flatMap((slug, i) => [i > 0 ? ', ' : null, el('a', { href: `#${slug}` }, slug)]));
  }
  const headers = Object.entries(answer.headers ?? {}).map(([name, header]) => {
    const { required, description, schema } = resolve(header);
    return { name, needed: required === true, depth: 0, type: readable(schema, resolve), text: description ?? '' };
  });
  return el('details', { class: 'answer' }, el('summary', {}, title, answer.description),
    el('div', { class: 'inside' }, contentOf(answer.content, resolve), el('h4', {}, 'Headers'), table(headers)));
}

function whoMay(operation) {
  const ways = operation.security.flatMap(way => Object.keys(way));
  if (ways.length === 0) return 'For everybody';
  if (ways.includes('agent')) return 'An agent, signed';
  if (ways.includes('ticket')) return 'Whoever holds the ticket';
  const rights = operation['x-rights'];
  if (rights === undefined) return 'A signed-in person';
  const keys = rights.scopes.length === 0 ? 'no API key' : `an API key of scope ${rights.scopes.join(' or ')}`;
  return `A person of role ${rights.role} or above; ${keys}`;
}

function articleOf(operation, resolve) {
  const answers = Object.entries(operation.responses).map(([status, answer]) => [status, resolve(answer)]);
  const isProblem = ([, answer]) => answer.content?.['application/problem+json'] !== undefined;
  const body = operation.requestBody?.content;
  return el('article', { class: 'card operation', id: operation.operationId, tabindex: '-1' },
    el('h3', { class: 'call' }, el('span', { class: `method ${operation.method}` }, operation.method.toUpperCase()),
      el('code', {}, operation.path),
      el('a', { class: 'link', href: `#${operation.operationId}`, 'aria-label': `Link to ${operation.summary}` }, '#')),
    el('p', {}, operation.summary, '. ', operation.description),
    el('p', { class: 'quiet' }, whoMay(operation), '.'),
    parametersOf(operation, resolve),
    body === undefined ? null : [el('h4', {}, 'Body'), ...contentOf(body, resolve)],
    el('h4', {}, 'Answers'),
    answers.filter(one => !isProblem(one)).map(one => answerOf(...one, resolve)),
    el('ul', { class: 'plainly' }, answers.filter(isProblem).map(one => answerOf(...one, resolve))));
}

function problemOf(slug, { summary, value }) {
  return el('article', { class: 'card operation', id: slug, tabindex: '-1' },
    el('h3', { class: 'call' }, el('span', { class: 'method' }, String(value.status)), el('code', {}, slug),
      el('a', { class: 'link', href: `#${slug}`, 'aria-label': `Link to ${slug}` }, '#')),
    el('p', {}, summary),
    el('p', { class: 'quiet' }, `${TYPE_PREFIX}${slug}`),
    example(value));
}

function addGroup(name, text, items) {
  const heading = el('div', { class: 'group' }, el('h2', {}, name), el('p', { class: 'quiet' }, text));
  const list = el('ul', {});
  const part = el('div', {}, el('h2', {}, name), list);
  byId('main').append(heading);
  byId('contents').append(part);
  for (const { id, label, node } of items) {
    const line = el('li', {}, el('a', { href: `#${id}` }, label));
    byId('main').append(node);
    list.append(line);
    entries.push({ node, line, heading, part, text: node.textContent.toLowerCase() });
  }
}

function show(description) {
  const resolve = resolver(description);
  byId('main').append(el('h1', {}, `${description.info.title} API`), el('p', {}, description.info.description));
  const operations = [...operationsOf(description)];
  for (const tag of description.tags) {
    addGroup(tag.name, tag.description, operations.filter(one => one.tags.includes(tag.name)).map(one => ({
      id: one.operationId, label: one.summary, node: articleOf(one, resolve),
    })));
  }
  addGroup('Problems', 'Everything that an answer can say no with. All errors are of this form (RFC 9457).',
    Object.entries(description.components.examples).map(([slug, one]) => ({ id: slug, label: slug, node: problemOf(slug, one) })));
}

/** Shows what has every word of the search. */
function search() {
  const words = byId('search').value.toLowerCase().split(/\s+/).filter(word => word !== '');
  const kept = new Set();
  for (const entry of entries) {
    const hit = words.every(word => entry.text.includes(word));
    entry.node.hidden = entry.line.hidden = !hit;
    if (hit) kept.add(entry.heading).add(entry.part);
  }
  for (const entry of entries) entry.heading.hidden = entry.part.hidden = !kept.has(entry.heading);
  const found = entries.filter(entry => !entry.node.hidden).length;
  byId('found').textContent = words.length === 0 ? '' : found === 1 ? '1 entry' : `${found} entries`;
}

/** The entry that the address names: everything is made after the page was loaded, so the browser could not find it by itself. */
function goToNamed() {
  const id = decodeURIComponent(location.hash.slice(1));
  for (const { node } of entries) node.classList.toggle('named', node.id === id);
  const named = entries.find(entry => entry.node.id === id)?.node;
  if (named === undefined) return;
  if (named.hidden) {
    byId('search').value = '';
    search();
  }
  named.scrollIntoView();
  named.focus({ preventScroll: true });
}

async function start() {
  try {
    show(await load());
  } catch (fault) {
    byId('notice').hidden = false;
    byId('notice').textContent = `The description cannot be shown: ${fault.message}`;
    throw fault;
  }
  byId('search').addEventListener('input', search);
  window.addEventListener('hashchange', goToNamed);
  goToNamed();
}

document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  byId('main').focus();
});
start();
