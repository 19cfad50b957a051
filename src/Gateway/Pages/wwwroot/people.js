import * as api from './api.js';
import { el } from './dom.js';
import { card, codeField, field, passwordField, passwordHint } from './forms.js';

// Sign-in and first set-up.

/** The sign-in form. */
export const signInView = done => card('Sign in', [
  field('email', 'E-mail address', { type: 'email', autocomplete: 'username', required: true, 'data-focus': true }),
  passwordField('password', 'Password', 'current-password'),
  codeField(),
], 'Sign in', async form => {
  try {
    await api.signIn(form);
  } catch (problem) {
    if (problem instanceof api.Problem && problem.slug === 'credentials-rejected' && !problem.needsCode)
      problem.message = 'This address and password do not belong together.';
    throw problem;
  }
  await done();
}, [
  el('p', { class: 'below' }, 'First time here? ', el('a', { href: '#/setup' }, 'Open your invitation')),
  el('p', { class: 'below' }, 'Password lost? An owner of your team, or whoever runs this platform, can make you a link.'),
]);

/** The form that an invitation opens. */
export const setUpView = done => card('Open your invitation', [
  field('invitation', 'Invitation', { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: true, 'data-focus': true },
    'Begins with hai_. The first one lies in the platform\'s data folder, in the file “invitation”.'),
  field('team', 'Name of the team', { autocomplete: 'organization', maxlength: 100 }, 'Only when you found a new team.'),
  field('email', 'E-mail address', { type: 'email', autocomplete: 'username', required: true }),
  passwordField('password', 'Password', 'new-password', `${passwordHint} If you have an account here: its password.`),
  codeField(),
], 'Create account', async ({ team, ...form }) => {
  await api.setUp({ ...form, ...(team.trim() === '' ? {} : { team }) });
  await done();
}, el('p', { class: 'below' }, 'Have an account? ', el('a', { href: '#/' }, 'Sign in')));
