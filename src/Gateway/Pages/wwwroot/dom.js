// Builds elements without markup text: what a server is called can never become HTML. The page's policy forbids inline styles and handlers
// as well, so both are refused here rather than silently dropped by the browser.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'style') throw new Error('Inline styles are forbidden by the page\'s policy.');
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined));
  return node;
}

/** An HTML element; strings among the children become text. */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Sets text only when it differs, so that a selection in it survives the refresh. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
