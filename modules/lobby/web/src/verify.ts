// The page that checks a round: what it is asked stands in its address, or is typed.
import { commitmentOf, valuesOf } from './fair.js';

const form = document.querySelector('form')!;
const output = document.querySelector('output')!;

function show(): void {
  const field = (name: string) => (form.elements.namedItem(name) as HTMLInputElement).value.trim();
  const nonce = Number(field('nonce'));
  const outcomes = Number(field('outcomes'));
  output.className = '';
  if (field('server_seed') === '' || !Number.isInteger(nonce) || nonce < 1 || !Number.isInteger(outcomes) || outcomes < 1 || outcomes > 2 ** 32 - 1) {
    output.textContent = 'Fill in the seeds and the nonce.';
    return;
  }
  const serverSeed = field('server_seed');
  const found = commitmentOf(serverSeed);
  const told = field('commitment').toLowerCase();
  const scheme = field('scheme') === 'v1' ? 'v1' : 'v2';
  const [number] = valuesOf({ scheme, serverSeed, clientSeed: field('client_seed'), nonce }, [outcomes]);
  const holds = told === '' ? undefined : told === found;
  output.className = holds === undefined ? '' : holds ? 'good' : 'bad';
  output.textContent = [
    `The number: ${number}`,
    `SHA-256 of the server seed: ${found}`,
    holds === undefined ? 'Give the commitment to see whether the seed is the one that was promised.'
      : holds ? 'It is the seed that was promised.' : 'It is NOT the seed that was promised.',
    `Rules that the promise covers (SHA-256 of the game's definition): ${serverSeed.split('.')[1] ?? 'none'}`,
  ].join('\n');
}

for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) field.value = value;
}
form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
show();
