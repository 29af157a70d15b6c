import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import type { ElementPart } from 'lit/directive.js';

class Vars extends Directive {
  private set_ = '';

  render(_values: Record<string, number>): unknown {
    return noChange;
  }

  override update(part: ElementPart, [values]: [Record<string, number>]): unknown {
    const now = JSON.stringify(values);
    if (now !== this.set_) {
      this.set_ = now;
      const { style } = part.element as HTMLElement;
      for (const [name, value] of Object.entries(values)) style.setProperty(`--${name}`, String(value));
    }
    return noChange;
  }
}

/** `<p ${vars({ u: 3 })}>` sets --u on the element; unlike a style attribute, a strict content security policy allows it. */
export const vars = directive(Vars);
