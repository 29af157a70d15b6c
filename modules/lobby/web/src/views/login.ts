import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { wordmark } from '../symbols.js';

@customElement('croupier-login')
export class LoginView extends View {
  @state() private problem_ = '';
  @state() private waiting_ = false;

  protected override firstUpdated(): void {
    this.querySelector('input')?.focus();
  }

  protected override render() {
    return html`<main class="login">
      <form class="card" @submit=${this.submit} novalidate>
        <div class="brand">${wordmark}<h1>Croupier</h1></div>
        <p class="lead">Take a seat. You play with demo money.</p>
        <label for="nickname">Nickname</label>
        <input id="nickname" name="nickname" autocomplete="nickname" maxlength="24" spellcheck="false" required
          aria-describedby="nickname-help nickname-problem" aria-invalid=${this.problem_ === '' ? 'false' : 'true'}>
        <p class="hint" id="nickname-help">2 to 24 letters, digits, spaces, “-”, “_” or “.”. A new one opens an account.</p>
        <p class="problem" id="nickname-problem" role="alert">${this.problem_}</p>
        <button class="primary wide" ?disabled=${this.waiting_}>${this.waiting_ ? 'One moment…' : 'Enter the casino'}</button>
      </form>
    </main>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const nickname = this.querySelector('input')?.value.trim() ?? '';
    if (nickname.length < 2) {
      this.problem_ = 'A nickname has at least 2 characters.';
      return;
    }
    this.waiting_ = true;
    this.problem_ = '';
    try {
      await casino.enter(nickname);
    } catch (error) {
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
      this.waiting_ = false;
    }
  }
}
