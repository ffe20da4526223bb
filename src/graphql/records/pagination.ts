import type { AssociatedRecord, CrmRecord } from '../../connector/crm-record.ts';
import { type CursorPosition, invalidCursor, type Page } from '../../connector/paging.ts';
import { GatewayError } from '../../errors.ts';
import { DEFAULT_FIRST } from '../analysis/page-sizes.ts';
import { builder } from '../builder.ts';
import type { ArgumentId } from '../ids/target-portal.ts';

/** The arguments `first`, up to `maxFirst`, and `after`. HubSpot pages forward only, and so does the gateway. */
export function pageArgs(maxFirst: number, defaultFirst = DEFAULT_FIRST) {
  return builder.args((t) => ({
    first: t.int({ defaultValue: defaultFirst, description: `The most items of the page, 1 to ${maxFirst}.` }),
    after: t.string({
      description:
        'Cursor of an item of this connection. The page starts after that item. The gateway refuses a cursor of another connection or of other arguments. Without `after`, the first page.',
    }),
  }));
}

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** The portal, list and parent that a cursor is bound to. The gateway refuses the cursor elsewhere. */
export type CursorScope = string;

/** @throws GatewayError BAD_USER_INPUT when `first` is out of range, or `after` is not a cursor of `scope` */
export function pageRequest(
  args: PageArgs,
  maxFirst: number,
  scope: CursorScope,
): { first: number; start: CursorPosition } {
  const first = firstOf(args, maxFirst);
  return { first, start: args.after == null ? {} : decodeCursor(args.after, scope) };
}

/**
 * The portal that `after` names, if the page has `after`. A `CursorScope` begins with the portal's number.
 * @throws GatewayError BAD_USER_INPUT when `first` is out of range, or `after` is not a cursor
 */
export function pageIds(args: PageArgs, maxFirst: number): readonly ArgumentId[] {
  firstOf(args, maxFirst);
  if (args.after == null) return [];
  const hubId = PORTAL.exec(parse(args.after)?.scope ?? '')?.[0];
  if (hubId === undefined) throw invalidCursor();
  return [{ argument: 'after', hubId }];
}

const PORTAL = /^[1-9]\d{0,15}(?=,)/;

function firstOf(args: PageArgs, maxFirst: number): number {
  const first = args.first ?? DEFAULT_FIRST;
  if (first >= 1 && first <= maxFirst) return first;
  throw new GatewayError('BAD_USER_INPUT', `first must be 1 to ${maxFirst}.`, { argument: 'first' });
}

/** A Relay connection. Cursors are encoded only when the operation selects them. */
export class ConnectionPage<Node extends object> {
  readonly edges: readonly ConnectionEdge<Node>[];
  /** Null when HubSpot does not count the items. */
  readonly totalCount: number | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  #nodes: readonly Node[] | undefined;

  private constructor(
    edges: readonly ConnectionEdge<Node>[],
    { hasNextPage, totalCount }: Page<unknown>,
    { after, id }: CursorPosition,
  ) {
    this.edges = edges;
    this.totalCount = totalCount ?? null;
    this.hasNextPage = hasNextPage;
    this.hasPreviousPage = after !== undefined || id !== undefined;
  }

  static of<Node extends object>(page: Page<Node>, { start, scope }: PageOrigin): ConnectionPage<Node> {
    const edges = page.items.map(({ value, position }) => new ConnectionEdge(value, NO_LABELS, position, scope));
    return new ConnectionPage(edges, page, start);
  }

  static ofAssociations(page: Page<AssociatedRecord>, { start, scope }: PageOrigin): ConnectionPage<CrmRecord> {
    const edges = page.items.map(
      ({ value: { record, labels }, position }) => new ConnectionEdge(record, labels, position, scope),
    );
    return new ConnectionPage(edges, page, start);
  }

  /** The page has the fields of Relay's `PageInfo` itself. */
  get pageInfo(): this {
    return this;
  }

  get startCursor(): string | null {
    return this.edges[0]?.cursor ?? null;
  }

  get endCursor(): string | null {
    return this.edges.at(-1)?.cursor ?? null;
  }

  get nodes(): readonly Node[] {
    this.#nodes ??= this.edges.map(({ node }) => node);
    return this.#nodes;
  }
}

/** The position at which a page starts, and the list that it belongs to. */
interface PageOrigin {
  readonly start: CursorPosition;
  readonly scope: CursorScope;
}

const NO_LABELS: readonly string[] = [];

class ConnectionEdge<Node> {
  readonly node: Node;
  /** Labels of the association; empty in a connection that is not of associated records. */
  readonly labels: readonly string[];
  readonly #position: CursorPosition;
  readonly #scope: CursorScope;

  constructor(node: Node, labels: readonly string[], position: CursorPosition, scope: CursorScope) {
    this.node = node;
    this.labels = labels;
    this.#position = position;
    this.#scope = scope;
  }

  get cursor(): string {
    return encodeCursor(this.#position, this.#scope);
  }
}

const MAX_CURSOR_LENGTH = 1_024;

function encodeCursor({ after = '', id = '', total }: CursorPosition, scope: CursorScope): string {
  const parts = [scope, after, id, ...(total === undefined ? [] : [total])];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decodeCursor(cursor: string, scope: CursorScope): CursorPosition {
  const position = parse(cursor)?.position;
  // A position has exactly one cursor in its list, so any other text is a cursor of another list or not a cursor.
  if (!position || encodeCursor(position, scope) !== cursor) throw invalidCursor();
  return position;
}

/** HubSpot's cursors are short tokens of printable ASCII characters, and its record ids are digits. */
const AFTER = /^[\x21-\x7e]{0,512}$/;
const ID = /^\d{0,20}$/;

function parse(cursor: string): { readonly scope: CursorScope; readonly position: CursorPosition } | undefined {
  if (cursor.length > MAX_CURSOR_LENGTH) return undefined;
  try {
    const [scope, after, id, total]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof after !== 'string' || typeof id !== 'string' || !AFTER.test(after) || !ID.test(id)) return undefined;
    if (total !== undefined && (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0))
      return undefined;
    if (typeof scope !== 'string') return undefined;
    return { scope, position: { ...(after && { after }), ...(id && { id }), ...(total !== undefined && { total }) } };
  } catch {
    return undefined;
  }
}
