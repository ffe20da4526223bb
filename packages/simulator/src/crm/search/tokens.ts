/** The words of a text: `o'brien` and `acme.example` are one word each, `jean-luc` is two. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:['’.][\p{L}\p{M}\p{N}_]+)*/gu;

/**
 * The tokens of a text: its words, and its parts between spaces, so that `*@acme.example` finds an e-mail address.
 * HubSpot does not document its tokenizer.
 */
export function tokens(text: string): readonly string[] {
  return [...new Set([...parts(text), ...(text.match(WORD) ?? [])])];
}

/** The parts of a text between spaces. */
export function parts(text: string): readonly string[] {
  return text.split(/\s+/).filter((part) => part !== '');
}

/** Whether each part of `wanted` matches a token of the text. `*` matches any characters. */
export function containsTokens(wanted: string): (text: string) => boolean {
  const patterns = parts(wanted);
  return (text) => {
    const candidates = tokens(text);
    return patterns.length > 0 && patterns.every((pattern) => candidates.some((token) => fits(pattern, token)));
  };
}

/** Without a regular expression, which would take exponential time for a pattern with many `*`. */
function fits(pattern: string, token: string): boolean {
  const [start = '', ...middle] = pattern.split('*');
  const end = middle.pop();
  if (end === undefined) return token === pattern;
  if (!token.startsWith(start) || !token.endsWith(end)) return false;
  let position = start.length;
  for (const piece of middle) {
    const found = token.indexOf(piece, position);
    if (found === -1) return false;
    position = found + piece.length;
  }
  return position <= token.length - end.length;
}
