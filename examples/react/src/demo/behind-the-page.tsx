import { useState, useSyncExternalStore } from 'react';
import { HubSpotCalls } from './hubspot-calls.tsx';
import { OperationText } from './operation-text.tsx';
import { type Activity, latest, subscribe } from './recorder.ts';

/** The latest operations of the page: their documents, and the HubSpot calls that they cost. */
export function BehindThePage() {
  const activities = useSyncExternalStore(subscribe, latest);
  const [chosen, setChosen] = useState<number>();
  const latestToTell = activities.find(hasMuchToTell) ?? activities[0];
  const activity = activities.find(({ number }) => number === chosen) ?? latestToTell;
  return (
    <section className="panel behind" aria-label="Behind the page">
      <h2>Behind the page</h2>
      <p className="hint">Each thing that you do is one GraphQL operation. This is what it cost.</p>
      <ol className="history" aria-label="Latest operations">
        {activities.map((one) => (
          <li key={one.number}>
            <button
              type="button"
              aria-pressed={one === activity}
              onClick={() => setChosen(one === latestToTell ? undefined : one.number)}
            >
              <span>{one.name}</span>
              <span className="cost">{one.answer ? callsText(one.answer.calls.length) : '…'}</span>
            </button>
          </li>
        ))}
      </ol>
      {activity && <Details activity={activity} />}
    </section>
  );
}

function Details({ activity: { name, document, variables, answer } }: { readonly activity: Activity }) {
  const calls = answer?.calls ?? [];
  return (
    <div className="details" aria-live="polite" aria-busy={!answer}>
      <h3>{name}</h3>
      {answer ? (
        <dl className="figures">
          <div>
            <dt>HubSpot calls</dt>
            <dd data-testid="calls">{calls.length}</dd>
          </div>
          <div>
            <dt>one by one</dt>
            <dd>{Math.max(answer.oneByOne, calls.length)}</dd>
          </div>
          <div>
            <dt>took</dt>
            <dd>{answer.ms < 1000 ? `${answer.ms} ms` : `${(answer.ms / 1000).toFixed(1)} s`}</dd>
          </div>
        </dl>
      ) : (
        <p className="hint">The gateway works on it …</p>
      )}
      {answer && <HubSpotCalls calls={calls} />}
      {answer && answer.errors.length > 0 && (
        <>
          <h4>Errors in the answer</h4>
          <ul className="errors">
            {answer.errors.map((error) => (
              <li key={`${error.code} ${error.path?.join('.')}`}>
                <code>{error.code}</code> {error.message}
              </li>
            ))}
          </ul>
        </>
      )}
      <h4>GraphQL</h4>
      <OperationText document={document} variables={variables} />
    </div>
  );
}

/** Unlike an operation that the gateway has answered by itself. */
function hasMuchToTell({ answer }: Activity): boolean {
  return !answer || answer.calls.length > 0 || answer.errors.length > 0;
}

function callsText(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}
