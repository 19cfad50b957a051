import { svg } from './dom.js';

// Lines over the last hour as SVG. A step without samples is a gap in the line: what was not measured is not drawn.

const MS = 0;
const MEAN = 3;

/** Runs of neighbouring points; a hole of more than one and a half steps starts a new run. */
function runs(points, stepMs) {
  const found = [];
  for (const point of points) {
    const run = found.at(-1);
    if (run !== undefined && point[MS] - run.at(-1)[MS] <= stepMs * 1.5) run.push(point);
    else found.push([point]);
  }
  return found;
}

const round = number => Math.round(number * 10) / 10;

/**
 * Draws lines into a box. `lines`: [{ points, kind }], kind 1 or 2 chooses the colour. Returns SVG nodes and the scale that was used.
 */
function draw(lines, { from, to, stepMs, width, height, most }) {
  const x = ms => round((ms - from) / (to - from) * width);
  const y = value => round(height - 1 - Math.min(1, value / most) * (height - 3));
  const nodes = [];
  for (const { points, kind } of lines) {
    for (const run of runs(points.filter(point => point[MS] >= from - stepMs), stepMs)) {
      const path = run.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point[MS])} ${y(point[MEAN])}`).join('');
      const [start, end] = [x(run[0][MS]), x(run.at(-1)[MS])];
      nodes.push(svg('path', { class: `area kind${kind}`, d: `${path}L${end} ${height}L${start} ${height}Z` }));
      nodes.push(svg('path', { class: `line kind${kind}`, d: run.length > 1 ? path : `${path}h1.5` }));
    }
  }
  return nodes;
}

/** The largest mean among the lines. */
export const largest = lines => Math.max(0, ...lines.flatMap(line => line.points.map(point => point[MEAN])));

/** A small line without axes, for a table's cell; the text beside it says the value. */
export function sparkline(points, { from, to, stepMs, most }) {
  const [width, height] = [120, 28];
  return svg('svg', { class: 'sparkline', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    draw([{ points, kind: 1 }], { from, to, stepMs, width, height, most: most ?? Math.max(1, largest([{ points }])) }));
}

/** A chart with three grid lines; `describe` is read to those who do not see it. */
export function chart(lines, { from, to, stepMs, most, describe }) {
  const [width, height] = [480, 96];
  const grid = [0.25, 0.5, 0.75].map(part => svg('line', { class: 'grid', x1: 0, x2: width, y1: height * part, y2: height * part }));
  return svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': describe },
    grid, draw(lines, { from, to, stepMs, width, height, most: Math.max(most, 1e-9) }));
}

/** A bar from 0 to 100 percent; from 90 on it warns. */
export function bar(value, label) {
  const part = Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : 0;
  const kind = `bar100${part >= 90 ? ' hot' : ''}`;
  return svg('svg', { class: kind, viewBox: '0 0 100 6', preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    svg('rect', { class: 'track', width: 100, height: 6 }), svg('rect', { class: 'value', width: part, height: 6 }));
}
