// A chart as a PNG: its canvas on the panel's ground, under its title and the names of several runs.

const PADDING = 12;
const TITLE_HEIGHT = 28;
const LEGEND_HEIGHT = 18;

/** A run's name with its colour, as CSS writes it. */
export interface LegendEntry {
  name: string;
  color: string;
}

/** `element`: where the page's colours are read; `chart` has device pixels, and so has the picture. */
export async function drawPicture(
  element: Element,
  chart: HTMLCanvasElement,
  title: string,
  legend: readonly LegendEntry[],
): Promise<Blob> {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const scale = devicePixelRatio;
  const head = (TITLE_HEIGHT + LEGEND_HEIGHT * legend.length) * scale;
  const canvas = new OffscreenCanvas(chart.width, chart.height + head);
  const context = canvas.getContext('2d')!;
  context.fillStyle = read('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = read('--text');
  context.font = `600 ${13 * scale}px ${read('--font')}`;
  context.textBaseline = 'middle';
  context.fillText(title, PADDING * scale, (TITLE_HEIGHT / 2) * scale);
  context.font = `${11 * scale}px ${read('--font')}`;
  for (const [i, { name, color }] of legend.entries()) {
    const middle = (TITLE_HEIGHT + LEGEND_HEIGHT * (i + 0.5)) * scale;
    context.fillStyle = color;
    context.fillRect(PADDING * scale, middle - scale, 14 * scale, 2 * scale);
    context.fillStyle = read('--text-soft');
    context.fillText(name, (PADDING + 20) * scale, middle);
  }
  context.drawImage(chart, 0, head);
  return canvas.convertToBlob({ type: 'image/png' });
}
