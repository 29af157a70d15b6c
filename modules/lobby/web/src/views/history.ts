import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { Page, RoundSummary, StatementEntry } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { money, signedMoney, when } from '../format.js';

type Tab = 'rounds' | 'statement';

const kCodes: Record<string, string> = {
    promo_grant: 'Welcome gift', stake: 'Stake', win: 'Win', refund: 'Refund', capital: 'Capital', deposit: 'Deposit',
    adjustment: 'Correction', bonus_grant: 'Bonus', conversion: 'Bonus to cash', forfeit: 'Bonus ended', hold: 'Reserved', release: 'Released', withdrawal: 'Withdrawal', jackpot_win: 'Jackpot',
    reversal: 'Deposit taken back', bet: 'Bet', bet_back: 'Bet returned',
};

/** What was played, and what it did to the balance; newest first, page by page. */
@customElement('croupier-history')
export class HistoryView extends View {
  @property() tab: Tab = 'rounds';
  @state() private rounds_: RoundSummary[] = [];
  @state() private entries_: StatementEntry[] = [];
  @state() private next_: string | undefined;
  @state() private loading_ = false;
  @state() private loaded_ = false;
  @state() private problem_ = '';

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('tab')) void this.load(true);
  }

  protected override render() {
    const count = this.tab === 'rounds' ? this.rounds_.length : this.entries_.length;
    return html`<main class="history">
      <div class="title"><a class="back" href="#/">Lobby</a><h1 tabindex="-1">History</h1></div>
      <nav class="tabs" aria-label="History">
        <a href="#/history/rounds" aria-current=${this.tab === 'rounds' ? 'page' : 'false'}>Rounds</a>
        <a href="#/history/statement" aria-current=${this.tab === 'statement' ? 'page' : 'false'}>Statement</a>
      </nav>
      ${count > 0 ? (this.tab === 'rounds' ? this.rounds() : this.statement())
        : this.loaded_ ? html`<p class="empty">Nothing here yet. Your ${this.tab === 'rounds' ? 'rounds' : 'money movements'} will be listed here.</p>` : ''}
      <p class="problem" role="alert">${this.problem_}</p>
      ${this.next_ === undefined ? '' : html`<button class="more" ?disabled=${this.loading_} @click=${() => this.load(false)}>
        ${this.loading_ ? 'Loading…' : 'Show older'}</button>`}
    </main>`;
  }

  private rounds() {
    return html`<div class="scroll"><table class="ledger">
      <thead><tr><th scope="col">Round</th><th scope="col">Game</th><th scope="col" class="time">Time</th><th scope="col">Stake</th><th scope="col">Win</th></tr></thead>
      <tbody>${this.rounds_.map((round) => html`<tr>
        <th scope="row"><a href="#/round/${round.round}">${round.round}</a></th>
        <td>${casino.game(round.game)?.name ?? round.game}</td>
        <td class="time">${when(round.at)}</td>
        <td>${money(round.stake, round)}</td>
        <td class=${round.win > round.stake ? 'plus' : ''}>${round.status === 'voided' ? 'void' : money(round.win, round)}</td></tr>`)}</tbody>
    </table></div>`;
  }

  private statement() {
    return html`<div class="scroll"><table class="ledger">
      <thead><tr><th scope="col">Entry</th><th scope="col">What</th><th scope="col" class="time">Time</th><th scope="col">Amount</th><th scope="col">Balance</th></tr></thead>
      <tbody>${this.entries_.map((entry) => html`<tr>
        <th scope="row">${entry.transfer}</th>
        <td>${kCodes[entry.code] ?? entry.code}${entry.round === undefined ? '' : html` <a href="#/round/${entry.round}">${entry.round}</a>`}</td>
        <td class="time">${when(entry.at)}</td>
        <td class=${entry.amount > 0 ? 'plus' : ''}>${signedMoney(entry.amount, entry)}</td>
        <td>${money(entry.balance_after, entry)}${entry.pocket === 'bonus' ? html` <small>bonus</small>` : ''}</td></tr>`)}</tbody>
    </table></div>`;
  }

  private async load(fresh: boolean): Promise<void> {
    const tab = this.tab;
    const before = fresh ? undefined : this.next_;
    this.loading_ = true;
    this.problem_ = '';
    try {
      if (tab === 'rounds') {
        const page: Page<RoundSummary> = await casino.api.rounds(before);
        if (tab !== this.tab) return;
        this.rounds_ = fresh ? page.entries : [...this.rounds_, ...page.entries];
        this.next_ = page.next;
      } else {
        const page: Page<StatementEntry> = await casino.api.statement(before);
        if (tab !== this.tab) return;
        this.entries_ = fresh ? page.entries : [...this.entries_, ...page.entries];
        this.next_ = page.next;
      }
      this.loaded_ = true;
    } catch (error) {
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
    } finally {
      this.loading_ = false;
    }
  }
}
