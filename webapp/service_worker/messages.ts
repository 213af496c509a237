// What page and service worker say to each other, each with a port for the answer. Types only: nothing here runs.

export type ToServiceWorker =
  /** Store all that the page needs to start without a network; `page`: address of the script that the page runs. */
  | { type: 'keep'; page: string }
  /** Be the one that answers, if no other page is open. */
  | { type: 'take over' };

export type KeepReply =
  | { kept: true }
  /** Why not, as the end of a sentence. */
  | { kept: false; reason: string };

/** How many other pages are open, which still use the version before; 0: it takes over. */
export type TakeOverReply = { others: number };
