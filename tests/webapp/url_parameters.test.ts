import { describe, expect, it } from 'vitest';
import { completeSettings } from '../../webapp/control/settings';
import { readUrlParameters } from '../../webapp/control/url_parameters';
import { TUNED } from '../../workers/schema';

describe('readUrlParameters', () => {
  it('reads all parameters', () => {
    const address =
      '?env=Hopper-v5&algorithm=sac&num_envs=64&ranks=2&seed=0&total_steps=1e6&autostart=1&view=train&lesson=1_policy_gradient';
    expect(readUrlParameters(address)).toEqual({
      settings: {
        env: 'Hopper-v5',
        algorithm: 'sac',
        num_envs: 64,
        ranks: 2,
        seed: 0,
        total_steps: 1_000_000,
      },
      autostart: true,
      view: 'train',
      lesson: '1_policy_gradient',
      problems: [],
      unknown: [],
    });
  });

  it('shows the first view, and says so, where the address names one that is not there', () => {
    const { view, problems } = readUrlParameters('?view=garden');
    expect(view).toBe('train');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('must be one of train');
  });

  it.each(['abc', '1x', '0x10', 'NaN', 'Infinity', '1e', '1,000', ' 1'])(
    'starts nothing for the number %j',
    (text) => {
      const address = `?num_envs=${encodeURIComponent(text)}&autostart=1`;
      const { settings, autostart, problems } = readUrlParameters(address);
      expect(problems).toEqual([
        `The address's parameter num_envs must be a number such as 256, got "${text}"; nothing was started.`,
      ]);
      expect(settings).toEqual({});
      expect(autostart).toBe(false);
    },
  );

  it('says so when a number is missing', () => {
    expect(readUrlParameters('?seed=').problems).toEqual([
      "The address's parameter seed must be a number such as 1, got nothing; nothing was started.",
    ]);
  });

  it('names every problem', () => {
    const { problems } = readUrlParameters('?env=Foo&autostart=yes&seed=1&seed=2');
    expect(problems).toEqual([
      expect.stringMatching(
        /^The address's parameter env must be one of .*, got "Foo"; nothing was started\.$/,
      ),
      'The address\'s parameter autostart must be 1 or 0, got "yes"; nothing was started.',
      "The address's parameter seed must be given once, got it twice; nothing was started.",
    ]);
  });

  it('lists what it does not know and starts all the same', () => {
    const { unknown, autostart, problems } = readUrlParameters('?utm=1&autostart=1');
    expect({ unknown, autostart, problems }).toEqual({
      unknown: ['utm'],
      autostart: true,
      problems: [],
    });
  });
});

describe('completeSettings', () => {
  it.each([
    [{}, 2, 2],
    [{}, 12, 8],
    [{ num_envs: 25 }, 4, 1],
    [{ num_envs: 25 }, 8, 5],
    [{ ranks: 3 }, 8, 3],
  ])('of %j on %i cores has %i ranks', (chosen, maxRanks, ranks) => {
    expect(completeSettings(chosen, maxRanks).ranks).toBe(ranks);
  });

  it('has the size of run that the task and its algorithm were tuned for', () => {
    const { num_envs } = TUNED['HalfCheetah-v5']!.ppo!;
    expect(completeSettings({ algorithm: 'sac' }, 2).num_envs).toBe(8);
    expect(completeSettings({}, 2)).toMatchObject({ algorithm: 'ppo', num_envs });
  });
});
