import {
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { type SelectedField, treeOf } from '../analysis/field-tree.ts';
import type { ExecutableOperation } from '../analysis/operations.ts';

/** The path of a value in an answer, from the root. */
export type Path = readonly (string | number)[];

/** A position in the document. All rows of a list share it. */
export interface AnswerPosition {
  /** The coordinate of the field, such as `Contact.deals`, joined with a comma for several possible types. */
  readonly coordinate: string;
  /** The length of the path to the value that becomes null when the position fails. 0 means `data`. */
  readonly nulledDepth: number;
  /** The length of the path to the value that selects the portal. 0 means the tenant's only portal. */
  readonly portalDepth: number;
  /** True for a root field of a mutation, false for the fields below it. */
  readonly isMutation: boolean;
}

/** The positions of one operation, by path. */
export class Positions {
  readonly #operation: ExecutableOperation;
  /** By path without list indexes. */
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
        const selected = index === 0 ? treeOf(this.#operation).fields : fields.flatMap((field) => field.fields);
        fields = selected.filter(({ responseName }) => responseName === part);
        // One type is enough: GraphQL's validation requires the same nullability for all fields of one response name.
        type = fields[0]?.definition.type;
      } else {
        type = itemOf(type);
      }
      if (!isNonNullType(type)) nulledDepth = index + 1;
      if (selectsPortal(type)) portalDepth = index + 1;
    }
    const coordinate = [...new Set(fields.map(({ coordinate }) => coordinate))].join();
    const isMutation = path.length === 1 && this.#operation.operation.operation === OperationTypeNode.MUTATION;
    return { coordinate, nulledDepth, portalDepth, isMutation };
  }
}

function itemOf(type: GraphQLOutputType | undefined): GraphQLOutputType | undefined {
  const list = isNonNullType(type) ? type.ofType : type;
  return isListType(list) ? list.ofType : undefined;
}

/** True for installations, and for abstract types, whose objects are found by a global id. */
function selectsPortal(type: GraphQLOutputType | undefined): boolean {
  const named = getNamedType(type);
  return isAbstractType(named) || (isObjectType(named) && named.name === 'Installation');
}
