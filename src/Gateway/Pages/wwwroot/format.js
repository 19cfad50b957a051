// Numbers for people. Binary units, since that is what memory and disks are counted in; a missing value is a dash, never a zero.

const DASH = '–';
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

const known = value => typeof value === 'number' && Number.isFinite(value);

export function bytes(value) {
  if (!known(value)) return DASH;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

export const rate = value => known(value) ? `${bytes(value)}/s` : DASH;

export const percent = value => known(value) ? `${value < 10 ? value.toFixed(1) : Math.round(value)} %` : DASH;

export const plain = value => known(value) ? value.toFixed(2) : DASH;

export function duration(seconds) {
  if (!known(seconds)) return DASH;
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

/** How long ago, for a time as the API writes it. */
export function ago(iso, nowMs) {
  if (!iso) return 'never';
  const seconds = Math.max(0, (nowMs - Date.parse(iso)) / 1000);
  return seconds < 5 ? 'just now' : `${duration(seconds)} ago`;
}

export const clock = ms => new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
