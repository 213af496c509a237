// Light or dark: as the system says, or as was chosen here, which this browser keeps.

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = 'websim theme';
const SYSTEM_IS_LIGHT = '(prefers-color-scheme: light)';
/** When the colours of light.css apply: a media query. */
const MEDIA: Record<ThemeChoice, string> = {
  system: SYSTEM_IS_LIGHT,
  light: 'all',
  dark: 'not all',
};

/** Dispatches 'change' when the page's colours are others. */
class Theme extends EventTarget {
  #choice: ThemeChoice = kept();

  constructor() {
    super();
    this.#apply();
    matchMedia(SYSTEM_IS_LIGHT).addEventListener('change', () => {
      if (this.#choice === 'system') this.dispatchEvent(new Event('change'));
    });
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // A browser that keeps nothing for this page: the choice ends with it.
    }
    this.#apply();
    this.dispatchEvent(new Event('change'));
  }

  #apply(): void {
    document.querySelector<HTMLLinkElement>('link#light')!.media = MEDIA[this.#choice];
  }
}

function kept(): ThemeChoice {
  try {
    const text = localStorage.getItem(KEY);
    return THEME_CHOICES.find((choice) => choice === text) ?? 'system';
  } catch {
    return 'system';
  }
}

export const theme = new Theme();
