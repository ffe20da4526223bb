import { type HubSpotCall, recordsOf } from './control.ts';

/** The calls that the gateway made, in their order. */
export function HubSpotCalls({ calls }: { readonly calls: readonly HubSpotCall[] }) {
  if (calls.length === 0) return <p className="hint">HubSpot was not asked.</p>;
  return (
    <ol className="calls" aria-label="HubSpot calls">
      {calls.map((call, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list of an answer never changes
        <li key={index}>
          <span className={call.status < 400 ? 'code' : 'code failed'}>{call.status}</span>
          <code>
            {call.method} {call.path}
          </code>
          {recordsOf(call) > 1 && <span className="batch">{recordsOf(call)} records at once</span>}
        </li>
      ))}
    </ol>
  );
}
