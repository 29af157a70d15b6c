const reduce = matchMedia('(prefers-reduced-motion: reduce)');

export function reducedMotion(): boolean {
  return reduce.matches;
}

/** Resolves after `ms`; rejects with the signal's reason when the view goes away. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(id);
      reject(signal.reason);
    };
    const id = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Awaits an animation; one that was cancelled counts as done. */
export async function finished(animation: Animation): Promise<void> {
  await animation.finished.catch(() => undefined);
}

/** A game may start its next round no sooner than this after the last (RTS 14D), or than the house says. */
export const roundMs = (game: { cycle_ms?: number }): number => Math.max(2500, game.cycle_ms ?? 0);
