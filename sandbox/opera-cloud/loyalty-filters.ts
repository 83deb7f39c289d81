import type { Field } from '../engine/shape.js';
import { QueryError } from './graphql-document.js';
import { COLUMNS, type ListedTransaction } from './loyalty-columns.js';

type Test = (transaction: ListedTransaction) => boolean;
type Value = string | number;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** "YYYY-MM-DD HH24:MI:SS" */
const DATE_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const PREFIX = 'membershiptransactionsDetails';

type Kind = 'date' | 'dateTime' | 'text' | 'number';

/** The filters of the schema that are played: the rest of the input's name, the column it is about and its type. */
const FILTERS: Readonly<Record<string, readonly [keyof typeof COLUMNS, Kind]>> = {
  BeginDate: ['arrivalDate', 'date'],
  EndDate: ['departureDate', 'date'],
  Resort: ['property', 'text'],
  InsertDate: ['insertDate', 'dateTime'],
  MembershipTrxDate: ['transactionDate', 'date'],
  MembershipTrxId: ['membershipTransactionId', 'number'],
  MembershipCardNo: ['membershipCardNo', 'text'],
  MembershipType: ['membershipType', 'text'],
  TransactionType: ['transactionType', 'text'],
  AdjustmentYn: ['adjustmentYn', 'text'],
  DeletedFlag: ['deletedFlag', 'text'],
  StayRecordId: ['stayRecordId', 'number'],
};

/** "The following filters are mandatory required filters." */
const MANDATORY = ['BeginDate', 'EndDate', 'Resort'];

/** Reads the argument `input`; throws a QueryError or a ShapeError at what the schema would not take. */
export function readFilters(input: Field): Test {
  for (const name of MANDATORY) {
    const given = input.at(PREFIX + name);
    if (given.absent || Object.keys(given.record()).length === 0)
      throw new QueryError(`Mandatory filter ${PREFIX}${name} is missing`);
  }
  const tests = Object.keys(input.record()).map((name) => filter(name, input.at(name)));
  return (transaction) => tests.every((test) => test(transaction));
}

function filter(name: string, given: Field): Test {
  const known = name.startsWith(PREFIX) ? FILTERS[name.slice(PREFIX.length)] : undefined;
  if (known === undefined) throw new QueryError(`The filter ${name} is not known here`);
  const [column, kind] = known;
  const tests = Object.keys(given.record())
    .filter((operator) => !given.at(operator).absent)
    .map((operator) => comparison(operator, given.at(operator), kind));
  return (transaction) => {
    const value = COLUMNS[column](transaction);
    return tests.every((test) => test(value));
  };
}

/** As in SQL, nothing but `_isNull` is true of a value that is not there. */
function comparison(operator: string, given: Field, kind: Kind): (value: Value | null) => boolean {
  const present = (test: (value: Value) => boolean) => (value: Value | null) => value !== null && test(value);
  const one = (): Value => valueOf(given, kind);
  const many = (): readonly Value[] => given.items().map((item) => valueOf(item, kind));
  switch (operator) {
    case '_isNull': {
      const wanted = given.flag();
      return (value) => (value === null) === wanted;
    }
    case '_eq':
    case '_ne':
    case '_gt':
    case '_lt':
    case '_gte':
    case '_lte': {
      const bound = one();
      return present((value) => ORDER[operator](value, bound));
    }
    case '_in':
    case '_nin': {
      const list = many();
      return present((value) => list.includes(value) === (operator === '_in'));
    }
    case '_btn': {
      if (kind === 'text') break;
      const [start, end] = [valueOf(given.at('start'), kind), valueOf(given.at('end'), kind)];
      return present((value) => value >= start && value <= end);
    }
  }
  throw new QueryError(`The operator ${operator} is not known here`);
}

const ORDER = {
  _eq: (value: Value, bound: Value) => value === bound,
  _ne: (value: Value, bound: Value) => value !== bound,
  _gt: (value: Value, bound: Value) => value > bound,
  _lt: (value: Value, bound: Value) => value < bound,
  _gte: (value: Value, bound: Value) => value >= bound,
  _lte: (value: Value, bound: Value) => value <= bound,
};

function valueOf(field: Field, kind: Kind): Value {
  switch (kind) {
    case 'date':
      return field.text({ pattern: DATE });
    case 'dateTime':
      return field.text({ pattern: DATE_TIME });
    case 'text':
      return field.text();
    case 'number':
      return field.number();
    default:
      return kind satisfies never;
  }
}
