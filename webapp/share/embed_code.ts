/** The lines that put an agent into a page of any site. `fragment`: of the agent's link, with its #. */
export function embedCode(site: URL, fragment: string): string {
  const script = new URL('websim-agent.js', site);
  const agent = new URL(`agent.html${fragment}`, site);
  return `<script src="${script}" async></script>\n<websim-agent src="${agent}" controls></websim-agent>\n`;
}
