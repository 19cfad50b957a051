import * as api from './api.js';
import { el } from './dom.js';

// Sign-in and first set-up.

function field(id, label, attributes, hint) {
  const input = el('input', { id, name: id, 'aria-describedby': `${id}-hint`, ...attributes });
  return el('div', { class: 'field' }, el('label', { for: id }, label), input, el('p', { class: 'hint', id: `${id}-hint` }, hint ?? ''));
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

function card(title, fields, button, submit, other) {
  const action = el('button', { type: 'submit', class: 'primary wide' }, button);
  const form = el('form', { class: 'card narrow', novalidate: true }, el('h1', {}, title), fields,
    el('p', { class: 'form-fault', role: 'alert' }), action, other);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    action.disabled = true;
    try {
      await submit(Object.fromEntries(new FormData(form)));
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      showFaults(form, problem);
    } finally {
      action.disabled = false;
    }
  });
  return form;
}

/** The sign-in form. */
export const signInView = done => card('Sign in', [
  field('email', 'E-mail address', { type: 'email', autocomplete: 'username', required: true, 'data-focus': true }),
  field('password', 'Password', { type: 'password', autocomplete: 'current-password', required: true }),
], 'Sign in', async ({ email, password }) => {
  const problemText = { 'credentials-rejected': 'This address and password do not belong together.' };
  try {
    await api.signIn(email, password);
  } catch (problem) {
    if (problem instanceof api.Problem && problemText[problem.slug]) problem.message = problemText[problem.slug];
    throw problem;
  }
  await done();
}, el('p', { class: 'below' }, 'First time here? ', el('a', { href: '#/setup' }, 'Open your invitation')));

/** The form that an invitation opens. */
export const setUpView = done => card('Open your invitation', [
  field('invitation', 'Invitation', { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: true, 'data-focus': true },
    'Begins with hai_. The first one lies in the platform\'s data folder, in the file “invitation”.'),
  field('team', 'Name of the team', { autocomplete: 'organization', maxlength: 100 }, 'Only when you found a new team.'),
  field('email', 'E-mail address', { type: 'email', autocomplete: 'username', required: true }),
  field('password', 'Password', { type: 'password', autocomplete: 'new-password', required: true },
    'At least 12 characters; a few unrelated words are good.'),
], 'Create account', async ({ invitation, team, email, password }) => {
  await api.setUp({ invitation, email, password, ...(team.trim() === '' ? {} : { team }) });
  await done();
}, el('p', { class: 'below' }, 'Have an account? ', el('a', { href: '#/' }, 'Sign in')));
