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

function format(currency: string, exponent: number, signed: boolean): Intl.NumberFormat {
  const key = `${currency}/${exponent}/${signed}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat('en', {
      style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: exponent,
      maximumFractionDigits: exponent, signDisplay: signed ? 'exceptZero' : 'auto',
    });
    formats.set(key, found);
  }
  return found;
}

/** "€2.50", in the currency's own decimals. */
export function money(minor: number, { currency, exponent }: Amount): string {
  // Intl takes decimal text as it is and rounds nothing; the type of the library does not know that yet everywhere.
  return format(currency, exponent, false).format(decimal(minor, exponent) as Intl.StringNumericLiteral);
}

/** "+€2.50" or "−€2.50". */
export function signedMoney(minor: number, { currency, exponent }: Amount): string {
  return format(currency, exponent, true).format(decimal(minor, exponent) as Intl.StringNumericLiteral).replace('-', '−');
}

/** A chip's or a button's short form: "€5", "€2.50". */
export function shortMoney(minor: number, amount: Amount): string {
  return money(minor, amount).replace(/\.0+$/, '');
}

/** 958312 ppm → "95.83 %". */
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
