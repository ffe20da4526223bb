/** Words as a text search cuts them: `o'brien` and `acme.example` are one each, `jean-luc` is two. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:['’.][\p{L}\p{M}\p{N}_]+)*/gu;

/**
 * What of a text can be searched for: its words, and everything between its spaces, which is how `*@acme.example`
 * finds an e-mail address. How exactly HubSpot cuts is not published.
 */
export function tokens(text: string): readonly string[] {
  return [...new Set([...parts(text), ...(text.match(WORD) ?? [])])];
}

/** What stands between the spaces of a text. */
export function parts(text: string): readonly string[] {
  return text.split(/\s+/).filter((part) => part !== '');
}

/** Whether every part of `wanted`, in which `*` stands for anything, is a token of the text. */
export function containsTokens(wanted: string): (text: string) => boolean {
  const patterns = parts(wanted);
  return (text) => {
    const candidates = tokens(text);
    return patterns.length > 0 && patterns.every((pattern) => candidates.some((token) => fits(pattern, token)));
  };
}

/** Not with a regular expression: a pattern of many `*` would keep it busy for ever. */
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
