import { customElement } from 'lit/decorators.js';
import { casino } from './casino.js';
import { PlainElement } from './element.js';
import { duration } from './format.js';

/** How long this session has lasted (RTS 13C); drawn every second. */
@customElement('croupier-clock')
export class Clock extends PlainElement {
  private timer_ = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer_ = window.setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer_);
  }

  protected override render() {
    return duration(casino.sinceMs);
  }
}
