// The player alone, for other pages' frames: embed.html?controls=1#agent or embed.html?agent=file.

import { asError } from '../workers/errors';
import { taskTitle } from './control/own_model';
import { PlayerView } from './player/player_view';
import { readAgent } from './share/agent_source';

const address = new URL(location.href);

try {
  const player = new PlayerView();
  const agent = await readAgent(address);
  player.agent = agent;
  player.runtime = new URL('runtime/', document.baseURI).href;
  player.controls = address.searchParams.get('controls') === '1';
  player.addEventListener('failed', (event) => fail((event as CustomEvent<string>).detail));
  player.append(linkToWebsim());
  document.title = `${taskTitle(agent.task, agent.options)}: an agent of MuJoCo WebSim`;
  document.body.replaceChildren(player);
} catch (error) {
  fail(asError(error).message);
}

/** The page that tells more of the agent. */
function linkToWebsim(): HTMLAnchorElement {
  const page = new URL('agent.html', document.baseURI);
  page.hash = address.hash;
  const file = address.searchParams.get('agent');
  if (file !== null) page.searchParams.set('agent', file);
  const link = document.createElement('a');
  Object.assign(link, { href: page.href, target: '_blank', rel: 'noopener' });
  link.textContent = 'Open in WebSim';
  return link;
}

function fail(message: string): void {
  const text = document.createElement('p');
  text.role = 'alert';
  text.textContent = message;
  document.body.replaceChildren(text);
}
