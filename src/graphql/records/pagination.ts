import type { AssociatedRecord, CrmRecord } from '../../connector/crm-record.ts';
import { type CursorPosition, invalidCursor, type Page } from '../../connector/paging.ts';
import { GatewayError } from '../../errors.ts';
import { DEFAULT_FIRST } from '../analysis/page-sizes.ts';
import { builder } from '../builder.ts';
import type { GivenId } from '../ids/target-portal.ts';

/** `first`, up to `maxFirst`, and `after`: HubSpot pages forward only, and so do we. */
export function pageArgs(maxFirst: number, defaultFirst = DEFAULT_FIRST) {
  return builder.args((t) => ({
    first: t.int({ defaultValue: defaultFirst, description: `How many at most, 1 to ${maxFirst}.` }),
    after: t.string({
      description:
        'Cursor of an item of this connection: the page starts behind it. Cursors of another connection, or made for other arguments, are refused. Left out: the first page.',
    }),
  }));
}

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** What a cursor is bound to: portal, list and parent. A cursor of anything else is refused. */
export type CursorScope = string;

/** @throws GatewayError BAD_USER_INPUT for a `first` out of range, or an `after` that is not a cursor of `scope` */
export function pageRequest(
  args: PageArgs,
  maxFirst: number,
  scope: CursorScope,
): { first: number; start: CursorPosition } {
  const first = firstOf(args, maxFirst);
  return { first, start: args.after == null ? {} : decodeCursor(args.after, scope) };
}

/**
 * The portal that the cursor names, if there is one; a `CursorScope` begins with its number.
 * @throws GatewayError BAD_USER_INPUT for a `first` out of range, or an `after` that is no cursor of any list
 */
export function givenPage(args: PageArgs, maxFirst: number): readonly GivenId[] {
  firstOf(args, maxFirst);
  if (args.after == null) return [];
  const hubId = PORTAL.exec(parse(args.after)?.scope ?? '')?.[0];
  if (hubId === undefined) throw invalidCursor();
  return [{ argument: 'after', hubId }];
}

const PORTAL = /^[1-9]\d{0,15}(?=,)/;

function firstOf({ first }: PageArgs, maxFirst: number): number {
  const wanted = first ?? DEFAULT_FIRST;
  if (wanted >= 1 && wanted <= maxFirst) return wanted;
  throw new GatewayError('BAD_USER_INPUT', `first must be 1 to ${maxFirst}.`, { argument: 'first' });
}

/** A connection as Relay defines it. Cursors are spelt only when they are asked for. */
export class ConnectionPage<Node extends object> {
  readonly edges: readonly ConnectionEdge<Node>[];
  /** Null where HubSpot does not tell. */
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

  static of<Node extends object>(slice: Page<Node>, { start, scope }: PageOrigin): ConnectionPage<Node> {
    const edges = slice.items.map(({ value, position }) => new ConnectionEdge(value, NO_LABELS, position, scope));
    return new ConnectionPage(edges, slice, start);
  }

  static ofAssociations(slice: Page<AssociatedRecord>, { start, scope }: PageOrigin): ConnectionPage<CrmRecord> {
    const edges = slice.items.map(
      ({ value: { record, labels }, position }) => new ConnectionEdge(record, labels, position, scope),
    );
    return new ConnectionPage(edges, slice, start);
  }

  /** A page tells of itself what Relay puts into an object of its own. */
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

/** Where a page starts, and in which list. */
interface PageOrigin {
  readonly start: CursorPosition;
  readonly scope: CursorScope;
}

const NO_LABELS: readonly string[] = [];

class ConnectionEdge<Node> {
  readonly node: Node;
  /** Of the association; empty where the connection is none. */
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
  // A position has one spelling in its list: what is not spelt the same again comes from elsewhere.
  if (!position || encodeCursor(position, scope) !== cursor) throw invalidCursor();
  return position;
}

/** HubSpot's own cursors are short tokens; ids are digits. */
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
