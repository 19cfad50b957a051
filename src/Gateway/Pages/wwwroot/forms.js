import * as api from './api.js';
import { el } from './dom.js';

// Forms that show each fault at its field, and ask for the code of a second factor only when the platform does.

/** A labelled input with a line below it, which also holds its fault. */
export function field(id, label, attributes, hint) {
  const input = el('input', { id, name: id, 'aria-describedby': `${id}-hint`, ...attributes });
  return el('div', { class: 'field' }, el('label', { for: id }, label), input, el('p', { class: 'hint', id: `${id}-hint` }, hint ?? ''));
}

/** A field for a password; `kind` tells the browser's password store which. */
export const passwordField = (id, label, kind, hint) =>
  field(id, label, { type: 'password', autocomplete: kind, required: true }, hint);

/** The rule of new passwords, in a line. */
export const passwordHint = 'At least 12 characters; a few unrelated words are good.';

/** A field for a code, hidden until it is needed. */
export function codeField({ shown } = { shown: false }) {
  const node = field('code', 'Code of your authenticator app', { autocomplete: 'one-time-code', autocapitalize: 'off', spellcheck: 'false' },
    'Or one of your recovery codes.');
  node.hidden = !shown;
  return node;
}

/** Shows each fault at its field; the first gets the focus. */
function showFaults(form, problem) {
  let first = null;
  for (const input of form.querySelectorAll('input')) {
    const fault = problem.errors.find(error => error.pointer === `/${input.name}`);
    input.toggleAttribute('aria-invalid', fault !== undefined);
    const hint = form.querySelector(`#${input.id}-hint`);
    hint.dataset.text ??= hint.textContent;
    hint.textContent = fault?.detail ?? hint.dataset.text;
    hint.classList.toggle('fault', fault !== undefined);
    if (fault !== undefined) first ??= input;
  }
  form.querySelector('.form-fault').textContent = first === null ? problem.message : '';
  first?.focus();
}

/** The first time a code is asked for is no fault: the field appears, and the rest of the form stays as it is. */
function askForCode(form, problem) {
  const code = form.querySelector('#code')?.closest('.field');
  if (!problem.needsCode || !code?.hidden) return false;
  code.hidden = false;
  form.querySelector('.form-fault').textContent = '';
  code.querySelector('input').focus();
  return true;
}

/** What was filled in; an empty code is none. */
function entries(form) {
  const filled = Object.fromEntries(new FormData(form));
  if (filled.code?.trim() === '') delete filled.code;
  return filled;
}

/** Lets a form send itself; `submit` gets what was filled in. */
export function submits(form, action, submit) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    action.disabled = true;
    try {
      await submit(entries(form));
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      if (!askForCode(form, problem)) showFaults(form, problem);
    } finally {
      action.disabled = false;
    }
  });
  return form;
}

/** A form as a card of its own. */
export function card(title, fields, button, submit, other) {
  const action = el('button', { type: 'submit', class: 'primary wide' }, button);
  return submits(el('form', { class: 'card narrow', novalidate: true }, el('h1', {}, title), fields,
    el('p', { class: 'form-fault', role: 'alert' }), action, other), action, submit);
}
