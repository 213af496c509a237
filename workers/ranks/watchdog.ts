// Notices ranks that no longer give signs of life.

/** What a rank shows of itself. */
export interface Pulse {
  /** False while the rank has nothing to do. */
  watched: boolean;
  /** Changes while the rank is alive. */
  beat: number;
}

const TICK_MS = 200;
const STALL_MS = 3000;
/**
 * A tick counts for no more than this, however late it comes: a laptop that wakes up, or a page that
 * was throttled in the background, has not seen the ranks stand still all that time.
 */
const LONGEST_TICK_MS = 1000;

export class Watchdog {
  private timer: ReturnType<typeof setInterval> | null = null;
  private lastTick = 0;
  private readonly lastBeats: number[] = [];
  private readonly silentMs: number[] = [];

  /** `onStall` receives the rank whose beat stood still for 3 s while it was watched. */
  constructor(
    private readonly pulses: () => Pulse[],
    private readonly onStall: (rank: number) => void,
  ) {}

  start(): void {
    this.lastTick = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.lastTick, LONGEST_TICK_MS);
    this.lastTick = now;
    for (const [rank, { watched, beat }] of this.pulses().entries()) {
      const still = watched && beat === this.lastBeats[rank];
      const silent = still ? (this.silentMs[rank] ?? 0) + elapsed : 0;
      this.silentMs[rank] = silent;
      this.lastBeats[rank] = beat;
      if (silent >= STALL_MS) {
        this.stop();
        this.onStall(rank);
        return;
      }
    }
  }
}
