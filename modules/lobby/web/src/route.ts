// The place in the page stands in the fragment, so that the server serves one document.
//   #/                      lobby
//   #/game/ID               a game
//   #/game/ID/ROUND         a round of the past, shown again at its game
//   #/history/rounds        and #/history/statement
//   #/round/ID              one round of the past

export type Route =
  | { view: 'lobby' }
  | { view: 'game'; game: string; again: string | undefined }
  | { view: 'history'; tab: 'rounds' | 'statement' }
  | { view: 'round'; round: string };

export function routeOf(hash: string): Route {
  const [view, id, again] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (view === 'game' && id) return { view, game: id, again };
  if (view === 'round' && id) return { view, round: id };
  if (view === 'history') return { view, tab: id === 'statement' ? 'statement' : 'rounds' };
  return { view: 'lobby' };
}
