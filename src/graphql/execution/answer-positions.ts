import {
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import {
  coordinateOf,
  type ExecutableOperation,
  fieldsBelow,
  rootFields,
  type SelectedField,
} from '../analysis/executable-operation.ts';

/** From the root of an answer to a value in it. */
export type Path = readonly (string | number)[];

/** A position of the document, the same for all rows. */
export interface AnswerPosition {
  /** `Contact.deals`; of all types that may stand there. */
  readonly coordinate: string;
  /** How much of the path leads to what becomes null when the position fails: all of it, or less. 0 is `data` itself. */
  readonly nulledDepth: number;
  /** How much of the path tells the portal; 0 for the only one. */
  readonly portalDepth: number;
  /** A mutation itself, not what is read of it. */
  readonly isMutation: boolean;
}

/** The positions of one operation, by their paths. */
export class Positions {
  readonly #operation: ExecutableOperation;
  /** By path, all indexes of a list being one. */
  readonly #known = new Map<string, AnswerPosition>();

  constructor(operation: ExecutableOperation) {
    this.#operation = operation;
  }

  of(path: Path): AnswerPosition {
    const key = path.map((part) => (typeof part === 'number' ? '' : part)).join('\n');
    let position = this.#known.get(key);
    if (!position) {
      position = this.#find(path);
      this.#known.set(key, position);
    }
    return position;
  }

  #find(path: Path): AnswerPosition {
    let [nulledDepth, portalDepth] = [0, 0];
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
      if (!isNonNullType(type)) nulledDepth = index + 1;
      if (tellsPortal(type)) portalDepth = index + 1;
    }
    const coordinate = [...new Set(fields.map(coordinateOf))].join();
    const isMutation = path.length === 1 && this.#operation.operation.operation === OperationTypeNode.MUTATION;
    return { coordinate, nulledDepth, portalDepth, isMutation };
  }
}

function itemOf(type: GraphQLOutputType | undefined): GraphQLOutputType | undefined {
  const list = isNonNullType(type) ? type.ofType : type;
  return isListType(list) ? list.ofType : undefined;
}

/** An installation, or whatever a global id names. */
function tellsPortal(type: GraphQLOutputType | undefined): boolean {
  const named = getNamedType(type);
  return isAbstractType(named) || (isObjectType(named) && named.name === 'Installation');
}
