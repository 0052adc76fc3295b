/** Objects as a query sees them. https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_list.htm */
import type { SandboxContact, SandboxOpportunity, SandboxOrg, SandboxStage, SandboxStep, SandboxUser } from './sandbox-state.ts';
import type { Values } from './sandbox-soql.ts';
import { timeText } from './sandbox-wire.ts';

type Columns<T> = Record<string, (each: T, org: SandboxOrg) => Values[string]>;

const organization: Columns<SandboxOrg> = {
  Id: ({ orgId }) => orgId,
  Name: ({ name }) => name,
  OrganizationType: ({ organizationType }) => organizationType,
  IsSandbox: ({ isSandbox }) => isSandbox,
};
const stageOf = ({ stage }: SandboxOpportunity, { stages }: SandboxOrg) => stages.find(({ ApiName }) => ApiName === stage)!;
const opportunity: Columns<SandboxOpportunity> = {
  Id: ({ id }) => id,
  Name: ({ name }) => name,
  StageName: ({ stage }) => stage,
  Amount: ({ amount }) => amount,
  CloseDate: ({ closeDate }) => closeDate,
  OwnerId: ({ ownerId }) => ownerId,
  ContactId: ({ contactId }) => contactId,
  AccountId: () => null,
  Probability: (each, org) => stageOf(each, org).DefaultProbability,
  IsClosed: (each, org) => stageOf(each, org).IsClosed,
  IsWon: (each, org) => stageOf(each, org).IsWon,
  Type: () => 'New Business',
  LeadSource: () => 'Web',
  Region__c: () => 'North',
  IsDeleted: ({ isDeleted }) => isDeleted,
  CreatedDate: ({ createdAt }) => timeText(createdAt),
  SystemModstamp: ({ changedAt }) => timeText(changedAt),
  CurrencyIsoCode: ({ currency }) => currency,
};
const stage: Columns<SandboxStage> = {
  ApiName: ({ ApiName }) => ApiName,
  MasterLabel: ({ MasterLabel }) => MasterLabel,
  SortOrder: ({ SortOrder }) => SortOrder,
  DefaultProbability: ({ DefaultProbability }) => DefaultProbability,
  IsClosed: ({ IsClosed }) => IsClosed,
  IsWon: ({ IsWon }) => IsWon,
};
const user: Columns<SandboxUser> = {
  Id: ({ id }) => id,
  Name: ({ name }) => name,
  Email: ({ email }) => email,
  IsActive: ({ isActive }) => isActive,
  UserType: ({ userType }) => userType,
};
const step: Columns<SandboxStep> = {
  Id: ({ id }) => id,
  OpportunityId: ({ opportunityId }) => opportunityId,
  StageName: (each) => each.stage,
  Amount: ({ amount }) => amount,
  CloseDate: ({ closeDate }) => closeDate,
  CreatedDate: ({ at }) => timeText(at),
  CreatedById: ({ by }) => by,
};
const contact: Columns<SandboxContact> = {
  Id: ({ id }) => id,
  Name: ({ name }) => name,
  Email: ({ email }) => email,
  Phone: ({ phone }) => phone,
  'Account.Name': ({ account }) => account,
  IsDeleted: ({ isDeleted }) => isDeleted,
  MasterRecordId: ({ mergedInto }) => mergedInto,
  CreatedDate: ({ createdAt }) => timeText(createdAt),
  SystemModstamp: ({ changedAt }) => timeText(changedAt),
};

interface ObjectSeen {
  fields: string[];
  rows(org: SandboxOrg): Values[];
}

function seen<T>(columns: Columns<T>, each: (org: SandboxOrg) => Iterable<T>): ObjectSeen {
  return {
    fields: Object.keys(columns),
    rows: (org) =>
      [...each(org)].map((one) =>
        Object.fromEntries(Object.entries(columns).map(([name, valueOf]) => [name, valueOf(one, org)])),
      ),
  };
}

const objects: Record<string, ObjectSeen> = {
  Organization: seen(organization, (org) => [org]),
  OpportunityStage: seen(stage, ({ stages }) => stages),
  User: seen(user, ({ users }) => users),
  Opportunity: seen(opportunity, ({ opportunities }) => opportunities.values()),
  OpportunityHistory: seen(step, ({ steps }) => steps),
  Contact: seen(contact, ({ contacts }) => contacts.values()),
};

/** As the org's user sees it; `null` for one that is not there or not seen. */
export function objectOf(name: string, { hidden, multiCurrency }: SandboxOrg): ObjectSeen | null {
  const found = Object.hasOwn(objects, name) && !hidden.includes(name) ? objects[name]! : null;
  if (!found) return null;
  const isThere = (field: string) => !hidden.includes(`${name}.${field}`) && (field !== 'CurrencyIsoCode' || multiCurrency);
  return { ...found, fields: found.fields.filter(isThere) };
}
