import { LitElement } from 'lit';
import { casino } from './casino.js';

/** An element without a shadow: the one style sheet of the page reaches it, and ids work across elements. */
export class PlainElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** One that is drawn again whenever the casino's state is another. */
export class CasinoElement extends PlainElement {
  constructor() {
    super();
    casino.watch(this);
  }
}

/** A view: it takes the focus at its heading when it comes, and what it awaits ends when it goes. */
export class View extends CasinoElement {
  private abort_ = new AbortController();

  protected get signal(): AbortSignal {
    return this.abort_.signal;
  }

  override connectedCallback(): void {
    this.abort_ = new AbortController();
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.abort_.abort();
    casino.withhold(0);
  }
}
