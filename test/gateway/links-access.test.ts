import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answered, type Door, openDoor } from './door.js';
import { accrue, type Link, linkBody, linked, memberOf } from './requests.js';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

describe('an organisation’s key', () => {
  const WRITE = ['read', 'link', 'accrue'] as const;
  let acme: string;
  let sales: string;
  let links: Record<'acme' | 'sales' | 'east' | 'salesx' | 'none', Link>;
  const get = (key: string, path: string): Promise<Answered> => door.ask('GET', path, { key });
  const seenBy = async (key: string, query = ''): Promise<unknown[]> =>
    ((await get(key, `/v1/links${query}`)).json['items'] as Link[]).map(({ organisation }) => organisation);

  beforeAll(async () => {
    acme = await door.addKey('demo', WRITE, 'acme');
    sales = await door.addKey('demo', WRITE, 'acme/sales');
    const made = async (organisation?: string) =>
      (await linked(door, 'northwind-air', 'company', organisation === undefined ? {} : { organisation })).link;
    links = {
      acme: await made('acme'),
      sales: await made('acme/sales'),
      east: await made('acme/sales/east'),
      salesx: await made('acme/salesx'),
      none: await made(),
    };
  });

  it('sees its own path and everything below it, wherever links are listed', async () => {
    expect(await seenBy(sales)).toEqual(['acme/sales/east', 'acme/sales']);
    expect(await seenBy(acme)).toEqual(['acme/salesx', 'acme/sales/east', 'acme/sales', 'acme']);
    expect(await seenBy(sales, '?organisation=acme')).toEqual(['acme/sales/east', 'acme/sales']);
    expect(await seenBy(acme, '?organisation=acme/sales')).toEqual(['acme/sales/east', 'acme/sales']);
    const traveller = await get(sales, '/v1/travellers/company');
    expect((traveller.json['links'] as Link[]).map(({ organisation }) => organisation)).toEqual([
      'acme/sales',
      'acme/sales/east',
    ]);
  });

  it('finds nothing else', async () => {
    for (const link of [links.acme, links.salesx, links.none]) {
      for (const path of ['', '/account', '/statement', '/timeline']) {
        expect((await get(sales, `/v1/links/${link.id}${path}`)).status).toBe(404);
      }
      expect((await accrue(door, link, {}, { key: sales })).status).toBe(404);
    }
    expect((await accrue(door, links.east, {}, { key: sales })).status).toBe(202);
  });

  it('makes links only below its path', async () => {
    const member = await memberOf(door, 'harbour-hotels');
    const body = linkBody('harbour-hotels', member, 'placed');
    for (const organisation of ['acme', 'acme/salesx', undefined]) {
      const answer = await door.ask('POST', '/v1/links', { key: sales, body: { ...body, organisation } });
      expect([answer.status, answer.json['code']]).toEqual([403, 'FORBIDDEN']);
    }
    const answer = await door.ask('POST', '/v1/links', {
      key: sales,
      body: { ...body, organisation: 'acme/sales/west' },
    });
    expect(answer.status).toBe(201);
  });

  it('is told only that a number is in use when the link is another department’s', async () => {
    const { link, member } = await linked(door, 'harbour-hotels', 'moved', { organisation: 'acme/legal' });
    const body = { ...linkBody('harbour-hotels', member, 'moved'), organisation: 'acme/sales' };
    const answer = await door.ask('POST', '/v1/links', { key: sales, body });
    expect([answer.status, answer.json['code']]).toEqual([409, 'NUMBER_IN_USE']);
    expect(answer.text).not.toContain(link.id);
  });

  it('sees the operations of its own links alone, and reverses no others', async () => {
    const ours = await accrue(door, links.sales);
    const theirs = await accrue(door, links.salesx);
    const listed = (await get(sales, '/v1/operations')).json['items'] as { id: string; organisation: string }[];
    expect(new Set(listed.map(({ organisation }) => organisation))).toEqual(new Set(['acme/sales', 'acme/sales/east']));
    expect((await get(sales, `/v1/operations/${String(ours.json['id'])}`)).status).toBe(200);
    expect((await get(sales, `/v1/operations/${String(theirs.json['id'])}`)).status).toBe(404);
    const reversal = { key: sales, body: { reason: 'none of theirs' } };
    const path = `/v1/accruals/${String(theirs.json['id'])}/reversal`;
    expect((await door.ask('POST', path, reversal)).status).toBe(404);
  });
});

describe('consent', () => {
  const consent = (...scopes: string[]) => ({ basis: 'consent', grantedAt: '2026-01-01T00:00:00Z', scopes });

  it('to linking is needed for a link', async () => {
    const body = linkBody('northwind-air', await memberOf(door, 'northwind-air'), 'unwilling');
    const answer = await door.ask('POST', '/v1/links', { body: { ...body, consent: consent('accrue') } });
    expect([answer.status, answer.json['code']]).toEqual([403, 'CONSENT_MISSING']);
    expect((await door.ask('GET', '/v1/travellers/unwilling')).status).toBe(404);
  });

  it('to accruing is needed for points', async () => {
    const { link } = await linked(door, 'northwind-air', 'no-points', { consent: consent('link', 'read-balance') });
    const answer = await accrue(door, link);
    expect([answer.status, answer.json['code'], answer.json['linkId']]).toEqual([403, 'CONSENT_MISSING', link.id]);
    expect((await door.ask('GET', `/v1/links/${link.id}/account`)).status).toBe(200);
    expect((await door.ask('GET', `/v1/operations?linkId=${link.id}`)).json['items']).toEqual([]);
  });

  it('to reading the balance is needed for the account and the statement', async () => {
    const { link } = await linked(door, 'harbour-hotels', 'no-balance', { consent: consent('link', 'accrue') });
    for (const what of ['account', 'statement']) {
      const answer = await door.ask('GET', `/v1/links/${link.id}/${what}`);
      expect([what, answer.status, answer.json['code']]).toEqual([what, 403, 'CONSENT_MISSING']);
    }
    expect((await accrue(door, link)).status).toBe(202);
  });
});
