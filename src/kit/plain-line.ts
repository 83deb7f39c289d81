// ESC or the one-byte CSI, then a control sequence's parameters and final letter.
const ANSI = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;
const BLANKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls, format characters (bidirectional overrides and zero widths among them) and lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** A text from outside as one line that cannot colour, reorder or forge what stands around it; what is unseen becomes U+FFFD. */
export function plainLine(text: string): string {
  return text.replace(ANSI, '').replace(BLANKS, ' ').replace(UNSEEN, '\ufffd');
}
