/**
 * Segments of an SMS: 160 GSM-7 characters, or 153 each when there are several; 70 and 67 when one character needs UCS-2.
 * Alphabet of 3GPP TS 23.038; see https://www.twilio.com/docs/glossary/what-sms-character-limit
 */
const gsmBasic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const gsmExtended = '^{}\\[~]|€\f';

export interface SmsSize {
  encoding: 'GSM-7' | 'UCS-2';
  characters: number;
  segments: number;
}

export function smsSize(text: string): SmsSize {
  const isGsm = [...text].every((char) => gsmBasic.includes(char) || gsmExtended.includes(char));
  // An extended character takes two septets, and a pair must not be split between segments.
  const widths = isGsm ? [...text].map((char) => (gsmExtended.includes(char) ? 2 : 1)) : [...text].map((char) => char.length);
  const characters = widths.reduce((sum, width) => sum + width, 0);
  const [single, joined] = isGsm ? [160, 153] : [70, 67];
  if (characters <= single) return { encoding: isGsm ? 'GSM-7' : 'UCS-2', characters, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding: isGsm ? 'GSM-7' : 'UCS-2', characters, segments };
}

/** Twilio's default keywords, https://help.twilio.com/articles/223134027; the whole message must be the keyword. */
const optOutWords = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE'];
const optInWords = ['START', 'YES', 'UNSTOP'];

export function optIntent(body: string): 'opt_out' | 'opt_in' | null {
  const word = body.trim().toUpperCase();
  if (optOutWords.includes(word)) return 'opt_out';
  if (optInWords.includes(word)) return 'opt_in';
  return null;
}
