// The page of a shared agent: agent.html#agent or agent.html?agent=file. Another fragment is another agent.

import { asError } from '../workers/errors';
import { taskTitle } from './control/own_model';
import { AgentPage } from './share/agent_page';
import { readAgent } from './share/agent_source';

async function show(): Promise<void> {
  const page = new AgentPage();
  try {
    page.agent = await readAgent(new URL(location.href));
    document.title = `${taskTitle(page.agent.task, page.agent.options)}: MuJoCo WebSim`;
  } catch (error) {
    page.problem = asError(error).message;
  }
  document.body.replaceChildren(page);
}

addEventListener('hashchange', () => void show());
await show();
