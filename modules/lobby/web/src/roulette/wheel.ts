import { html, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { PlainElement } from '../element.js';
import { reducedMotion } from '../motion.js';
import { sound } from '../sound.js';
import { colourOf, kWheels, pocketName } from './layout.js';
import type { WheelKind } from './layout.js';

const kIdleSpeed = 0.09; // degrees a millisecond, while the ball is thrown
const kSettleMs = 3600;

const kFill = { green: '#2b7d54', red: '#a5333c', black: '#1a1e23' };

/** The wheel with the zero on top, centred on 0, radius 98. */
export function drawWheel(kind: WheelKind) {
  const wheel = kWheels[kind];
  const step = 360 / wheel.length;
  const at = (degrees: number, radius: number) => {
    const angle = ((degrees - 90) * Math.PI) / 180;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  };
  return svg`
    <circle r="98" fill="#3a2a1c"></circle><circle r="98" fill="none" stroke="#d9ad58" stroke-width="1.500"></circle>
    ${wheel.map((number, i) => {
      const from = (i - 0.5) * step;
      const to = (i + 0.5) * step;
      return svg`<path d=${`M${at(from, 90)}A90 90 0 0 1 ${at(to, 90)}L${at(to, 62)}A62 62 0 0 0 ${at(from, 62)}z`}
        fill=${kFill[colourOf(number)]} stroke="#d9ad58" stroke-width=".5"></path>
        <text transform=${`rotate(${i * step}) translate(0 -79.500)`} text-anchor="middle" font-size="8" font-weight="600"
          fill="#fff">${pocketName(number)}</text>`;
    })}
    <circle r="62" fill="#241a12"></circle><circle r="62" fill="none" stroke="#d9ad58" stroke-opacity=".8"></circle>
    <circle r="40" fill="#33251a" stroke="#d9ad58" stroke-opacity=".4"></circle>
    ${[0, 45, 90, 135].map((angle) => svg`<path d="M0-34V34" transform=${`rotate(${angle})`} stroke="#d9ad58" stroke-opacity=".55" stroke-width="2"></path>`)}
    <circle r="11" fill="#d9ad58"></circle><circle r="6" fill="#f6dfa8"></circle>`;
}

/** Turns while a round is being decided, and comes to rest with the ball in the pocket that was drawn, on top. */
@customElement('croupier-wheel')
export class Wheel extends PlainElement {
  @property() kind: WheelKind = 'european';
  private wheel_ = 0;
  private ball_ = 0;
  private last_ = 0;
  private frame_ = 0;

  protected override render() {
    return html`<svg class="wheel" viewBox="-100 -100 200 200" aria-hidden="true">
      <g class="rotor">${drawWheel(this.kind)}</g>
      <g class="orbit"><circle class="ball" cy="-66" r="4.200" fill="#fdfdf8" stroke="#0006"></circle></g>
    </svg>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.frame_);
  }

  /** Starts turning; goes on until `land` or `rest`. */
  turn(): void {
    if (reducedMotion()) return;
    cancelAnimationFrame(this.frame_);
    this.last_ = performance.now();
    const step = (now: number) => {
      const passed = now - this.last_;
      this.last_ = now;
      this.pose(this.wheel_ - kIdleSpeed * passed, this.ball_ + 3 * kIdleSpeed * passed, 92);
      this.frame_ = requestAnimationFrame(step);
    };
    this.frame_ = requestAnimationFrame(step);
  }

  /** Stops where it is: the round was refused. */
  rest(): void {
    cancelAnimationFrame(this.frame_);
  }

  /** Resolves when the ball lies in `number`. */
  land(number: number): Promise<void> {
    cancelAnimationFrame(this.frame_);
    const wheel = kWheels[this.kind];
    const pocket = (wheel.indexOf(number) * 360) / wheel.length;
    if (reducedMotion()) {
      this.pose(-pocket, 0, 66);
      return Promise.resolve();
    }
    const fromWheel = this.wheel_;
    const fromBall = this.ball_;
    // On: at least one turn of the wheel back and three of the ball forth, until the pocket and the ball are both on top.
    const toWheel = -pocket - 360 * Math.ceil((-fromWheel - pocket) / 360 + 1);
    const toBall = 360 * Math.ceil(fromBall / 360 + 3);
    const start = performance.now();
    return new Promise((resolve) => {
      const step = (now: number) => {
        const t = Math.min(1, (now - start) / kSettleMs);
        const ease = 1 - (1 - t) ** 3;
        const fall = Math.max(0, (t - 0.55) / 0.45);
        const bounce = fall === 0 ? 92 : 66 + 26 * (1 - fall) ** 2 * Math.abs(Math.cos(fall * 9));
        this.pose(fromWheel + (toWheel - fromWheel) * ease, fromBall + (toBall - fromBall) * ease, bounce);
        if (t < 1) {
          this.frame_ = requestAnimationFrame(step);
        } else {
          sound.ball();
          resolve();
        }
      };
      this.frame_ = requestAnimationFrame(step);
    });
  }

  private pose(wheel: number, ball: number, radius: number): void {
    this.wheel_ = wheel;
    this.ball_ = ball;
    this.querySelector('.rotor')?.setAttribute('transform', `rotate(${wheel})`);
    this.querySelector('.orbit')?.setAttribute('transform', `rotate(${ball})`);
    this.querySelector('.ball')?.setAttribute('cy', String(-radius));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'croupier-wheel': Wheel;
  }
}
