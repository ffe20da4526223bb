import type { ObjectType } from '../../crm/objects.ts';
import type { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import type { HubspotRecord } from '../../hubspot/crm/objects.ts';
import type { WrittenRecord } from '../../hubspot/crm/record-writes.ts';
import type { Problem } from '../../hubspot/problems.ts';
import type { CrmRecord } from '../crm-record.ts';
import type { PortalMetadata } from '../metadata/portal-metadata.ts';
import type { UnknownLabel } from './association-labels.ts';

export type WriteProblem = Problem | UnknownLabel;

/** A write that HubSpot refused because of its input. */
export interface RefusedWrite {
  readonly problems: readonly WriteProblem[];
}

/** The result of a write, or the problems of its input. */
export type Outcome<T> = { readonly value: T } | RefusedWrite;

/** A written record for resolvers, with the properties in HubSpot's answer. */
export interface Written extends Omit<WrittenRecord, 'record'> {
  readonly record: CrmRecord;
}

export interface WrittenPortal {
  readonly api: HubspotApi;
  readonly metadata: PortalMetadata;
  toCrmRecord(objectType: ObjectType, record: HubspotRecord): CrmRecord;
  /** Called before each write and after its end, whatever its outcome. */
  invalidate(): void;
}

/** A write that failed for a reason that is not its input. */
export interface FailedWrite {
  readonly failure: GatewayError;
  /** True when HubSpot may have executed the write. */
  readonly isUnknown: boolean;
}

/** The outcome of one input of a batch. */
export type BatchOutcome<T> = Outcome<T> | FailedWrite;
