// The page's entry: one pool, one store, and the two ways to drive them (the components and `window.websim`).

import { TrainingPool } from '../workers/ranks/pool';
import { createApi } from './api';
import { WebsimApp } from './components/app';
import { askBeforeLeaving, showUncaught } from './control/last_handlers';
import { TrainingStore } from './control/training_store';
import { readUrlParameters } from './control/url_parameters';
import { readRecipe } from './share/recipe';

const parameters = readUrlParameters(location.search);
const pool = new TrainingPool({ baseUrl: new URL('runtime/', document.baseURI).href });
const store = new TrainingStore(pool, parameters.settings);
window.websim = createApi(store);
showUncaught(store);
askBeforeLeaving(store);

if (parameters.unknown.length > 0) {
  const names = parameters.unknown.join(', ');
  store.notices.push(
    `The address has parameters that this page does not know, which were ignored: ${names}; it knows env, algorithm, num_envs, ranks, seed, total_steps, autostart, view and lesson.`,
  );
}
if (parameters.problems.length > 0) store.report(new Error(parameters.problems.join(' ')));

const app = new WebsimApp();
app.store = store;
app.view = parameters.view;
app.lesson = parameters.lesson;
function readAddress(): void {
  try {
    store.bring(readRecipe(location.hash));
  } catch (error) {
    store.report(error);
  }
}
readAddress();
addEventListener('hashchange', readAddress);
addEventListener('popstate', () => {
  app.view = readUrlParameters(location.search).view;
});
document.body.append(app);

// What is wrong with the request is shown in the page.
if (parameters.autostart) void store.train({ ...store.settings }).catch(() => {});
