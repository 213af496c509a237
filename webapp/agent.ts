// The page of a shared agent: agent.html#agent or agent.html?agent=file. Another fragment is another agent.

import { asError } from '../workers/errors';
import { AgentPage } from './share/agent_page';
import { readAgent } from './share/agent_source';

async function show(): Promise<void> {
  const page = new AgentPage();
  try {
    page.agent = await readAgent(new URL(location.href));
    document.title = `${page.agent.task}: MuJoCo WebSim`;
  } catch (error) {
    page.problem = asError(error).message;
  }
  document.body.replaceChildren(page);
}

addEventListener('hashchange', () => void show());
await show();
