/** A member as the sandbox created it; `form` goes into linking unchanged. */
export interface SandboxMember {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly balance: number;
  readonly form: Readonly<Record<string, string>>;
}

/** One effect really applied at the simulated supplier, signed from the member. */
export interface Posting {
  readonly reference: string | null;
  readonly supplierReference: string;
  readonly memberNumber: string;
  readonly points: number;
  readonly kind: string;
}

/** The sandbox's control API for one scheme. */
export interface Control {
  member(): Promise<SandboxMember>;
  postings(): Promise<readonly Posting[]>;
  faults(rates: Readonly<Record<string, number>>, seed?: number): Promise<void>;
  clearFaults(): Promise<void>;
  closeDay(): Promise<void>;
  /** The supplier posts by itself. */
  ownActivity(memberNumber: string, points: number): Promise<void>;
}

export function controlOf(sandboxUrl: string, scheme: string): Control {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${sandboxUrl}/_control/${scheme}/${path}`, { method, headers, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  return {
    member: async () => {
      const [member] = (await call('POST', 'members', { count: 1 })) as SandboxMember[];
      if (member === undefined) throw new Error('the sandbox created no member');
      return member;
    },
    postings: async () => ((await call('GET', 'books')) as { postings: Posting[] }).postings,
    faults: async (rates, seed = 1) => {
      await call('PUT', 'faults', { seed, rates });
    },
    clearFaults: async () => {
      await call('DELETE', 'faults');
    },
    closeDay: async () => {
      await call('POST', 'close-day', {});
    },
    ownActivity: async (memberNumber, points) => {
      await call('POST', 'activity', { memberNumber, points, activity: {} });
    },
  };
}
