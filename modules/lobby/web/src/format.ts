// Amounts are whole minor units: they are laid out as decimal text, never computed as fractions.

export interface Amount {
  currency: string;
  exponent: number;
}

/** 250 EUR cents → "2.50"; exact for every safe integer. */
export function decimal(minor: number, exponent: number): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const sign = minor < 0 ? '-' : '';
  return exponent === 0 ? sign + whole : `${sign}${whole}.${digits.slice(digits.length - exponent)}`;
}

const formats = new Map<string, Intl.NumberFormat>();

function format(currency: string, exponent: number): Intl.NumberFormat {
  const key = `${currency}/${exponent}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat('en', {
      style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
    });
    formats.set(key, found);
  }
  return found;
}

/** "€2.50", in the currency's own decimals. */
export function money(minor: number, { currency, exponent }: Amount): string {
  if (minor < 0) return `-${money(-minor, { currency, exponent })}`;
  // Intl lays out the whole units, a bigint; of a decimal text older engines keep only what a double holds.
  const [whole = '0', fraction = ''] = decimal(minor, exponent).split('.');
  const parts = format(currency, exponent).formatToParts(BigInt(whole));
  return parts.map(({ type, value }) => (type === 'fraction' ? fraction : value)).join('');
}

/** "+€2.50" or "−€2.50". */
export function signedMoney(minor: number, amount: Amount): string {
  return (minor < 0 ? '−' : minor > 0 ? '+' : '') + money(Math.abs(minor), amount);
}

/** A chip's or a button's short form: "€5", "€2.50". */
export function shortMoney(minor: number, amount: Amount): string {
  return money(minor, amount).replace(/\.0+$/, '');
}

/** 958312 ppm → "95.83 %". */
/** Stands in the rules of every game (GLI-19 A.5.2(c)). */
export const kMalfunction = 'A malfunction voids a round: it stands in your history as void, and its stake comes back.';

export function rtp(ppm: number): string {
  return `${decimal(Math.round(ppm / 100), 2)} %`;
}

/** "4:05" or "1:04:05". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${hours > 0 ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export function when(rfc3339: string): string {
  const date = new Date(rfc3339);
  return Number.isNaN(date.getTime()) ? rfc3339 : times.format(date);
}
