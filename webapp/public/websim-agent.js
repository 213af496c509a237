// For pages of any site: <websim-agent src="link of an agent" controls> and <websim-train env="Hopper-v5">, each a frame of
// the site that this script comes from. docs/embedding.md has the attributes.

(() => {
  const site = new URL('.', document.currentScript.src);

  class WebsimFrame extends HTMLElement {
    connectedCallback() {
      this.update();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.update();
    }

    /** Puts the frame in place, or another one when an attribute has changed. */
    update() {
      const frame = document.createElement('iframe');
      frame.src = this.address().href;
      frame.title = this.getAttribute('title') ?? this.constructor.title;
      frame.allow = 'cross-origin-isolated; clipboard-write; fullscreen';
      frame.loading = 'lazy';
      Object.assign(frame.style, { border: '0', width: '100%', height: '100%', display: 'block' });
      if (getComputedStyle(this).display === 'inline') this.style.display = 'block';
      if (this.clientHeight === 0) this.style.aspectRatio = this.constructor.shape;
      this.replaceChildren(frame);
    }
  }

  class WebsimAgent extends WebsimFrame {
    static observedAttributes = ['src', 'controls'];
    static title = 'A robot that learned to move';
    static shape = '16 / 10';

    address() {
      const page = new URL('embed.html', site);
      const link = new URL(this.getAttribute('src') ?? '', document.baseURI);
      const file = link.searchParams.get('agent');
      if (link.hash.length > 1) page.hash = link.hash;
      else page.searchParams.set('agent', file === null ? link.href : new URL(file, link).href);
      if (this.hasAttribute('controls')) page.searchParams.set('controls', '1');
      return page;
    }
  }

  class WebsimTrain extends WebsimFrame {
    static observedAttributes = [
      'env',
      'algorithm',
      'num_envs',
      'ranks',
      'seed',
      'total_steps',
      'autostart',
    ];
    static title = 'Robots that learn in this page';
    static shape = '4 / 5';

    address() {
      const page = new URL('train.html', site);
      for (const name of WebsimTrain.observedAttributes) {
        const value = this.getAttribute(name);
        if (value !== null) page.searchParams.set(name, value);
      }
      return page;
    }
  }

  customElements.define('websim-agent', WebsimAgent);
  customElements.define('websim-train', WebsimTrain);
})();
