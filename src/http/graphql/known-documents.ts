import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Characters of all cached documents. The parsed document takes about a hundred times the memory of its text. */
const MAX_CHARACTERS = 500_000;

/** A cache of documents by their text, so that each document is parsed and validated once. */
export class KnownDocuments {
  readonly #parsed = new LRUCache<string, DocumentNode>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_document, text) => text.length,
  });
  readonly #valid = new WeakSet<DocumentNode>();

  get(text: string): DocumentNode | undefined {
    return this.#parsed.get(text);
  }

  set(text: string, document: DocumentNode): void {
    this.#parsed.set(text, document);
  }

  /** Records that the document has passed all validation rules. */
  markValid(document: DocumentNode): void {
    this.#valid.add(document);
  }

  /** The document if it is valid; `undefined` for an unknown or invalid document. */
  getValid(text: string): DocumentNode | undefined {
    const document = this.#parsed.get(text);
    return document && this.#valid.has(document) ? document : undefined;
  }
}
