/** A text in the form of an e-mail address or host name part. */
export function slug(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^A-Za-z0-9 ]/g, '')
    .trim()
    .replace(/ +/g, '-')
    .toLowerCase();
}
