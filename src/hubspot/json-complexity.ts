/** JSON of this length is parsed quickly, whatever it contains. */
const SIMPLE_CHARACTERS = 1_000_000;
/** The largest answers list 200,000 associations with 12 structural characters each, and have a depth of 8. */
const LIMITS = { structuralCharacters: 2_500_000, depth: 100 };

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_BRACKET, BACKSLASH, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d];

/**
 * True for JSON that would block the event loop for seconds, or fill the memory, when it is parsed: 30 MB of empty objects
 * take 5 s and 1 GB. Reads the text once. A text that is not JSON can be either.
 */
export function isTooComplex(json: string): boolean {
  if (json.length <= SIMPLE_CHARACTERS) return false;
  let structural = 0;
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charCodeAt(index);
    if (character === QUOTE) index = endOfString(json, index);
    else if (character === CLOSE_BRACKET || character === CLOSE_BRACE) depth -= 1;
    else {
      const isOpening = character === OPEN_BRACKET || character === OPEN_BRACE;
      if (isOpening) depth += 1;
      if (isOpening || character === COMMA || character === COLON) structural += 1;
      if (structural > LIMITS.structuralCharacters || depth > LIMITS.depth) return true;
    }
  }
  return false;
}

/** The index of the quote that ends the string that starts at `start`, or the length of `json`. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}
