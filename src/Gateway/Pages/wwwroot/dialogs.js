import * as api from './api.js';
import { el } from './dom.js';

// Adding a server and making a new token. A token is shown once and held nowhere: closing the dialog forgets it.

function copyable(label, text, kind) {
  const button = el('button', { type: 'button', class: 'small' }, 'Copy');
  const status = el('span', { class: 'hidden', role: 'status' });
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
      status.textContent = `${label} copied`;
    } catch {
      button.textContent = 'Select and copy';
    }
  });
  return el('div', { class: 'copyable' }, el('div', { class: 'copyable-head' }, el('span', { class: 'quiet' }, label), button, status),
    el('pre', { tabindex: 0, class: kind }, text));
}

function showToken(dialog, name, token) {
  const command = `sudo hostatlas-agent enroll \\\n  --url ${location.origin} \\\n  --ca ca.pem --token-file -`;
  dialog.replaceChildren(
    el('h2', {}, `Token of ${name}`),
    el('p', {}, 'This is the only time it is shown. On that host, run the command and paste the token:'),
    copyable('Command', command), copyable('Token', token, 'token'),
    el('p', { class: 'quiet' }, 'ca.pem lies in the platform\'s data folder; copy it to the host first. ',
      'Leave out --ca when the platform\'s certificate is publicly trusted.'),
    el('div', { class: 'actions' }, el('button', { type: 'button', class: 'primary', onclick: () => dialog.close() }, 'Done')));
}

function open(labelledBy) {
  const dialog = el('dialog', { 'aria-label': labelledBy });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

function ask(dialog, children, button, submit) {
  const fault = el('p', { class: 'form-fault', role: 'alert' });
  const action = el('button', { type: 'submit', class: 'primary' }, button);
  const form = el('form', { novalidate: true }, children, fault,
    el('div', { class: 'actions' }, el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'), action));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    action.disabled = true;
    try {
      await submit(new FormData(form));
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      fault.textContent = problem.errors[0]?.detail ?? problem.message;
    } finally {
      action.disabled = false;
    }
  });
  dialog.append(form);
  dialog.showModal();
}

/** Asks for a name, adds the server, shows its token. */
export function addServerDialog(added) {
  const dialog = open('Add a server');
  ask(dialog, [el('h2', {}, 'Add a server'), el('div', { class: 'field' }, el('label', { for: 'server-name' }, 'Name'),
    el('input', { id: 'server-name', name: 'name', maxlength: 100, autocomplete: 'off', required: true, autofocus: true }),
    el('p', { class: 'hint' }, 'As you call the host, e.g. web-1.'))], 'Add', async form => {
    const server = await api.addServer(form.get('name'));
    showToken(dialog, server.name, server.token);
    await added();
  });
}

/** Asks how long the old token stays valid, makes a new one, shows it. */
export function newTokenDialog(server) {
  const dialog = open('New token');
  ask(dialog, [el('h2', {}, `New token for ${server.name}`),
    el('p', {}, 'The agent that runs with the old token is refused once that ends.'),
    el('div', { class: 'field' }, el('label', { for: 'overlap' }, 'The old token ends'), el('select', { id: 'overlap', name: 'overlap' },
      el('option', { value: 0 }, 'at once'), el('option', { value: 3600 }, 'in an hour'), el('option', { value: 86400 }, 'in a day'))),
  ], 'Make token', async form => {
    const { token } = await api.newToken(server.id, Number(form.get('overlap')));
    showToken(dialog, server.name, token);
  });
}
