// Small sounds from oscillators; nothing is loaded, and nothing sounds before the player switches it on.

const kKey = 'croupier.sound';

let on = localStorage.getItem(kKey) === 'on';
let context: AudioContext | undefined;

export function soundOn(): boolean {
  return on;
}

export function setSound(value: boolean): void {
  on = value;
  localStorage.setItem(kKey, value ? 'on' : 'off');
  if (value) tone(660, 0, 0.08);
}

function tone(hertz: number, after: number, seconds: number, volume = 0.05): void {
  if (!on) return;
  context ??= new AudioContext();
  const start = context.currentTime + after;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = 'triangle';
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + seconds);
}

export const sound = {
  chip: () => tone(1200, 0, 0.05, 0.03),
  spin: () => tone(220, 0, 0.15),
  stop: (reel: number) => tone(300 + 40 * reel, 0, 0.07),
  ball: () => tone(900, 0, 0.06),
  win: () => [523, 659, 784, 1047].forEach((hertz, i) => tone(hertz, i * 0.11, 0.25)),
};
