import * as api from './api.js';
import { el, svg } from './dom.js';
import { codeField, field, passwordField, passwordHint, submits } from './forms.js';

// The person's own page: password, second factor, and where they are signed in. What is secret is shown once and held nowhere.

const when = text => new Date(text).toLocaleString();

/** A QR code from its rows, drawn here: the page takes no markup from anywhere. */
function qr(rows) {
  const size = rows.length;
  const dark = rows.flatMap((row, y) => [...row].map((square, x) => (square === '1' ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return svg('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': 'QR code for an authenticator app' },
    svg('rect', { class: 'light', width: size, height: size }), svg('path', { class: 'dark', d: dark }));
}

function section(title, ...children) {
  return el('section', { class: 'card account' }, el('h2', {}, title), children);
}

function form(fields, button, submit) {
  const action = el('button', { type: 'submit', class: 'primary' }, button);
  return submits(el('form', { novalidate: true }, fields, el('p', { class: 'form-fault', role: 'alert' }), el('div', { class: 'actions' }, action)),
    action, submit);
}

function passwordSection() {
  const node = section('Password', form([
    passwordField('current', 'Password of now', 'current-password'),
    passwordField('new', 'New password', 'new-password', passwordHint),
  ], 'Change password', async filled => {
    await api.changePassword(filled);
    node.replaceChildren(el('h2', {}, 'Password'), el('p', {}, 'Your password is another one. You are signed out everywhere else.'));
  }));
  return node;
}

const recoveryCodes = codes => [
  el('p', {}, 'Keep these recovery codes where your device is not. Each works once. They are shown this once:'),
  el('pre', { class: 'token', tabindex: 0 }, codes.join('\n')),
];

async function factorSection(node = section('Second factor')) {
  const { enabled, recoveryCodesLeft } = await api.secondFactor();
  const again = () => factorSection(node);
  const show = (...children) => node.replaceChildren(el('h2', {}, 'Second factor'), ...children);
  const proof = () => [passwordField('password', 'Your password', 'current-password'), codeField({ shown: true })];
  if (enabled) {
    show(el('p', {}, `A code of your authenticator app is asked for at sign-in. ${recoveryCodesLeft} recovery codes are left.`),
      el('div', { class: 'actions' },
        el('button', { type: 'button', onclick: () => show(form(proof(), 'Make new recovery codes', async filled => {
          show(...recoveryCodes((await api.renewRecoveryCodes(filled)).recoveryCodes));
        })) }, 'New recovery codes'),
        el('button', { type: 'button', onclick: () => show(form(proof(), 'Turn it off', async filled => {
          await api.endSecondFactor(filled);
          await again();
        })) }, 'Turn it off')));
    return node;
  }
  show(el('p', {}, 'Your password alone signs you in. With a second factor a code of an app on your phone is asked for as well.'),
    form([passwordField('password', 'Your password', 'current-password')], 'Set up a second factor', async filled => {
      const secret = await api.beginSecondFactor(filled);
      show(el('p', {}, 'Scan this with an authenticator app, or type the secret, then give the code that it shows.'), qr(secret.qr),
        el('pre', { class: 'token', tabindex: 0 }, secret.secret),
        form([field('code', 'Code', { autocomplete: 'one-time-code', inputmode: 'numeric', required: true })], 'Turn it on', async given => {
          show(...recoveryCodes((await api.confirmSecondFactor(given)).recoveryCodes));
        }));
    }));
  return node;
}

async function sessionsSection(node = section('Where you are signed in')) {
  const { items } = await api.sessions();
  const row = one => el('tr', {}, el('th', { scope: 'row' }, one.userAgent ?? 'Unknown program'), el('td', {}, one.address ?? ''),
    el('td', {}, when(one.createdAt)), el('td', {}, when(one.lastUsedAt)), el('td', {}, one.current ? 'This one'
      : el('button', { type: 'button', class: 'small', onclick: async () => {
        await api.endSession(one.id).catch(problem => {
          if (!(problem instanceof api.Problem) || problem.status !== 404) throw problem;
        });
        await sessionsSection(node);
      } }, 'End')));
  node.replaceChildren(el('h2', {}, 'Where you are signed in'),
    el('div', { class: 'table' }, el('table', {}, el('thead', {}, el('tr', {},
      ['Program', 'Address', 'Signed in', 'Last used', ''].map(head => el('th', { scope: 'col' }, head)))), el('tbody', {}, items.map(row)))),
    el('div', { class: 'actions' }, el('button', { type: 'button', disabled: items.length < 2, onclick: async () => {
      await api.endOtherSessions();
      await sessionsSection(node);
    } }, 'End all others')));
  return node;
}

/** The page; what it shows is asked for once, not with every refresh: a form that is being filled in must not change. */
export function accountView() {
  const node = el('div', { class: 'accounts' }, el('h1', {}, 'Your account'), passwordSection());
  const load = async () => node.append(await factorSection(), await sessionsSection());
  return { node, load };
}
