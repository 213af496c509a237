// Files that are dragged over a part of a component and dropped there.

import type { ReactiveControllerHost } from 'lit';

export class FileDrop {
  /** Files are over it now. */
  over = false;

  /** `take` gets what was dropped. */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly take: (dropped: DataTransfer) => void,
  ) {}

  readonly onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#hover(true);
  };

  readonly onDragLeave = (): void => this.#hover(false);

  readonly onDrop = (event: DragEvent): void => {
    this.#hover(false);
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.take(event.dataTransfer);
  };

  #hover(over: boolean): void {
    if (over === this.over) return;
    this.over = over;
    this.host.requestUpdate();
  }
}
