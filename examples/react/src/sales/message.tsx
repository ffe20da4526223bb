/** A message of the gateway. It has names between backticks. */
export function Message({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
    return index % 2 === 0 ? part : <code key={index}>{part}</code>;
  });
}
