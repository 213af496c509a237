// The page's views, in the order of its navigation.

export const VIEWS = [
  { view: 'train', title: 'Train' },
  { view: 'reward', title: 'Reward' },
  { view: 'scene', title: 'Scene' },
  { view: 'lab', title: 'Lab' },
] as const;

/** As the address's parameter `view` names it. */
export type View = (typeof VIEWS)[number]['view'];

export function isView(name: string): name is View {
  return VIEWS.some(({ view }) => view === name);
}
