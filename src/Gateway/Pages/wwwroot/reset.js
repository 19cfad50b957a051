import * as api from './api.js';
import { el } from './dom.js';
import { card, codeField, passwordField, passwordHint } from './forms.js';

// The page that a link opens: https://HOST/reset#har_… The token is taken out of the address bar at once, so that it is in no history, no
// bookmark and no screenshot; it lives in this page only and is gone when the page is.

let token = null;

function read() {
  const given = location.hash.slice(1);
  if (given !== '') {
    token = given;
    history.replaceState(null, '', '/reset');
  }
  show(token === null ? nothing() : form());
}

function show(node) {
  document.getElementById('main').replaceChildren(node);
  (node.querySelector('input') ?? document.getElementById('main')).focus();
}

const signIn = text => el('p', { class: 'below' }, el('a', { href: '/' }, text));

const nothing = () => el('section', { class: 'card narrow' }, el('h1', {}, 'New password'),
  el('p', {}, 'This page opens with a link that an owner of your team, or whoever runs this platform, makes for you.'),
  signIn('Sign in'));

const done = () => el('section', { class: 'card narrow' }, el('h1', {}, 'Your password is set'),
  el('p', {}, 'You are signed out everywhere. Sign in with the new password; a code that you gave here works only once, so wait for the next.'),
  signIn('Sign in'));

const form = () => card('New password', [passwordField('password', 'New password', 'new-password', passwordHint), codeField()],
  'Set password', async filled => {
    await api.reset({ token, ...filled });
    token = null;
    show(done());
  });

window.addEventListener('hashchange', read);
read();
