/** Listeners by event name. A listener that throws does not keep the others from hearing. */
export class Emitter<Events extends object> {
  private readonly listeners_ = new Map<keyof Events, Set<(value: never) => void>>();

  /** Returns what removes the listener. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void {
    const set = this.listeners_.get(event) ?? new Set();
    this.listeners_.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  protected emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of [...(this.listeners_.get(event) ?? [])]) {
      try {
        (listener as (value: Events[K]) => void)(value);
      } catch (error) {
        console.error(error);
      }
    }
  }
}
