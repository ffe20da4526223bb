import { type ExecutionResult, type GraphQLError, type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { fieldsBelow, type Operation, rootFields, type SelectedField } from './operation.ts';

type Path = readonly (string | number)[];

/**
 * One error for each position of `result` that errors made null, the first of several; none for what a null hides. The
 * reference executor stops at the first error below a parent that becomes null, a compiled operation runs into the
 * others, too. https://spec.graphql.org/September2025/#sec-Handling-Execution-Errors: both may, and one error is enough.
 */
export function oneErrorPerNull(result: ExecutionResult, operation: Operation): ExecutionResult {
  const { errors = [] } = result;
  if (errors.length < 2) return result;
  const positions = new NulledPositions(operation);
  const nulled = new Map<string, GraphQLError>();
  const placed = errors.map((error) => {
    const position = positions.of(error.path ?? []);
    const key = keyOf(position);
    if (!nulled.has(key)) nulled.set(key, error);
    return { error, position, key };
  });
  const told = placed.filter(({ error, position, key }) => nulled.get(key) === error && !isHidden(position, nulled));
  return { ...result, errors: told.map(({ error }) => error) };
}

function isHidden(position: Path, nulled: ReadonlyMap<string, unknown>): boolean {
  return position.some((_key, depth) => nulled.has(keyOf(position.slice(0, depth))));
}

function keyOf(position: Path): string {
  return position.join('\n');
}

/** Where the errors of one operation end: at themselves, or at the nearest parent that may be null. */
class NulledPositions {
  readonly #operation: Operation;
  /** Depths by path, all indexes of a list being one. */
  readonly #depths = new Map<string, number>();

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  /** Empty for `data` itself. */
  of(path: Path): Path {
    const key = path.map((part) => (typeof part === 'number' ? '' : part)).join('\n');
    let depth = this.#depths.get(key);
    if (depth === undefined) {
      depth = this.#depthOf(path);
      this.#depths.set(key, depth);
    }
    return path.slice(0, depth);
  }

  #depthOf(path: Path): number {
    let nullable = 0;
    let fields: readonly SelectedField[] = [];
    let type: GraphQLOutputType | undefined;
    for (const [index, part] of path.entries()) {
      if (typeof part === 'string') {
        const selected =
          index === 0 ? rootFields(this.#operation) : fields.flatMap((field) => fieldsBelow(this.#operation, field));
        fields = selected.filter(({ node }) => (node.alias ?? node.name).value === part);
        // Whichever type stands here: fields of one name must be null alike in all of them, or the document is invalid.
        type = fields[0]?.field.type;
      } else {
        type = itemOf(type);
      }
      if (!isNonNullType(type)) nullable = index + 1;
    }
    return nullable;
  }
}

function itemOf(type: GraphQLOutputType | undefined): GraphQLOutputType | undefined {
  const list = isNonNullType(type) ? type.ofType : type;
  return isListType(list) ? list.ofType : undefined;
}
