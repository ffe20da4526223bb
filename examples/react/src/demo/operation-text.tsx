import type { ReactNode } from 'react';

const TOKEN = /(#[^\n]*)|("(?:[^"\\]|\\.)*")|(\$\w+)|\b(query|mutation|fragment|on)\b|([{}()[\]:!,]|\.\.\.)/g;
const KINDS = ['comment', 'text', 'variable', 'keyword', 'punctuation'] as const;

interface OperationTextProps {
  readonly document: string;
  readonly variables: unknown;
}

/** A GraphQL document and its variables. */
export function OperationText({ document, variables }: OperationTextProps) {
  const hasVariables = Object.keys(variables ?? {}).length > 0;
  return (
    <>
      <Code label="Document">{highlighted(document)}</Code>
      {hasVariables && (
        <>
          <h4>Variables</h4>
          <Code label="Variables">{JSON.stringify(variables, null, 2)}</Code>
        </>
      )}
    </>
  );
}

function Code({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls the text
    <section className="graphql" tabIndex={0} aria-label={label}>
      <pre>
        <code>{children}</code>
      </pre>
    </section>
  );
}

function highlighted(document: string) {
  const parts = [];
  let end = 0;
  for (const match of document.matchAll(TOKEN)) {
    parts.push(document.slice(end, match.index));
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
    parts.push(
      <span key={match.index} className={kind}>
        {match[0]}
      </span>,
    );
    end = match.index + match[0].length;
  }
  return [...parts, document.slice(end)];
}
