import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Characters of all documents that are kept: a document's tree weighs some hundred times its text. */
const MAX_CHARACTERS = 500_000;

/** Documents by their text, so that what comes again is neither parsed nor validated again. */
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

  /** Every rule was asked, and none has anything against it. */
  markValid(document: DocumentNode): void {
    this.#valid.add(document);
  }

  /** `undefined` for a text that is new, or that is not to be executed. */
  approved(text: string): DocumentNode | undefined {
    const document = this.#parsed.get(text);
    return document && this.#valid.has(document) ? document : undefined;
  }
}
