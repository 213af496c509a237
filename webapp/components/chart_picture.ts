// A chart as a PNG: its canvas on the panel's ground, under its title.

const PADDING = 12;
const TITLE_HEIGHT = 28;

/** `element`: where the page's colours are read; `chart` has device pixels, and so has the picture. */
export async function drawPicture(
  element: Element,
  chart: HTMLCanvasElement,
  title: string,
): Promise<Blob> {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const scale = devicePixelRatio;
  const head = TITLE_HEIGHT * scale;
  const canvas = new OffscreenCanvas(chart.width, chart.height + head);
  const context = canvas.getContext('2d')!;
  context.fillStyle = read('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = read('--text');
  context.font = `600 ${13 * scale}px ${read('--font')}`;
  context.textBaseline = 'middle';
  context.fillText(title, PADDING * scale, head / 2);
  context.drawImage(chart, 0, head);
  return canvas.convertToBlob({ type: 'image/png' });
}
