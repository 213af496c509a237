// Numbers as the page writes them. English digits, because the page's text is English.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** 1234567 -> "1,234,567" */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** 1234567 -> "1.23M" */
export function formatCompact(value: number): string {
  return compact.format(value);
}

/** Three significant digits whatever the magnitude, for values whose scale is not known beforehand. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100_000) return formatCompact(value);
  if (size >= 1000) return whole.format(value);
  if (size >= 0.001) return value.toPrecision(3);
  return value.toExponential(1);
}

/** A value and half the width of its interval: 776.15, 128.2 -> "776 ± 128" */
export function formatInterval(value: number, interval: number): string {
  return `${formatValue(value)} ± ${formatValue(interval)}`;
}

/** Bytes -> "12.3 MB"; a megabyte is 10^6 bytes, as browsers' download lists count. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** 3725 -> "1 h 02 min"; 65 -> "1 min 05 s"; 7.4 -> "7 s" */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}
